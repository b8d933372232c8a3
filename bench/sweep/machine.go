package sweep

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is what figures depend on; "" and 0 where the system does not tell.
type Machine struct {
	OS     string `json:"os"`
	Kernel string `json:"kernel"`
	Arch   string `json:"arch"`
	CPU    string `json:"cpu"`
	CPUs   int    `json:"cpus"` // that the program may use
	Memory int64  `json:"memory_bytes"`
}

func thisMachine() Machine {
	m := Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), CPU: said("/proc/cpuinfo", "model name")}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	kib, _ := strconv.ParseInt(strings.TrimSuffix(said("/proc/meminfo", "MemTotal"), " kB"), 10, 64)
	m.Memory = kib << 10
	return m
}

// said is the first value of a name in a file of "name: value" lines.
func said(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if n, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(n) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
