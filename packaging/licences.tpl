{{ range . }}{{ .Name }} {{ .LicenseName }}
{{ end }}
