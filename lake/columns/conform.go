package columns

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// ErrSchemaDiffers marks a Parquet file whose columns are not those of a schema.
var ErrSchemaDiffers = fmt.Errorf("columns differ from the schema")

// Conforms reads the footer as ReadFooter does, and checks that the file has
// the columns of s: names, field ids, types, nesting, in their order.
func Conforms(r io.ReaderAt, size int64, s *Schema) (rows int64, err error) {
	meta, rows, err := readMeta(r, size)
	if err != nil {
		return 0, err
	}
	return rows, sameElements(meta.Schema, elements(s))
}

// differs names what of two elements is not the same.
func differs(have, want *format.SchemaElement) string {
	switch {
	case have.Name != want.Name:
		return "name, " + fmt.Sprintf("%q", have.Name)
	case have.FieldID != want.FieldID && want.FieldID != 0:
		return "field id"
	case have.NumChildren.V != want.NumChildren.V:
		return "number of fields"
	case have.Type.Valid != want.Type.Valid || have.Type.V != want.Type.V || have.TypeLength.V != want.TypeLength.V:
		return "physical type"
	case have.Precision.V != want.Precision.V || have.Scale.V != want.Scale.V:
		return "precision or scale"
	case want.LogicalType.Value != nil && fmt.Sprintf("%T", have.LogicalType.Value) != fmt.Sprintf("%T", want.LogicalType.Value):
		return "logical type"
	}
	return ""
}
