package columns

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// elements is the Parquet schema of s, depth first, in the order of its
// columns. Everything in them bears its field id.
func elements(s *Schema) []format.SchemaElement {
	root := format.SchemaElement{Name: "schema", NumChildren: thrift.New(int32(len(s.Columns)))}
	out := []format.SchemaElement{root}
	for i := range s.Columns {
		out = appendElements(out, &s.Columns[i], s.Columns[i].Name)
	}
	return out
}

func appendElements(out []format.SchemaElement, c *Column, name string) []format.SchemaElement {
	e := format.SchemaElement{Name: name, FieldID: c.ID, RepetitionType: thrift.New(format.Optional)}
	if c.Required {
		e.RepetitionType = thrift.New(format.Required)
	}
	switch c.Kind {
	case Struct:
		e.NumChildren = thrift.New(int32(len(c.Fields)))
		out = append(out, e)
		for i := range c.Fields {
			out = appendElements(out, &c.Fields[i], c.Fields[i].Name)
		}
		return out
	case List:
		e.NumChildren = thrift.New(int32(1))
		e.LogicalType.Value = &format.ListType{}
		e.ConvertedType = thrift.New(deprecated.List)
		repeated := format.SchemaElement{
			Name:           "list",
			NumChildren:    thrift.New(int32(1)),
			RepetitionType: thrift.New(format.Repeated),
		}
		return appendElements(append(out, e, repeated), &c.Fields[0], c.Fields[0].Name)
	default:
		setLeafType(&e, c)
		return append(out, e)
	}
}

// setLeafType sets the converted types of older readers too. One that says
// TIME_MICROS would say "adjusted to UTC", which Time is not.
func setLeafType(e *format.SchemaElement, c *Column) {
	e.Type = thrift.New(physical(c.Kind, c.Precision))
	if e.Type.V == format.FixedLenByteArray {
		e.TypeLength = thrift.New(int32(fixedBytes))
	}
	switch c.Kind {
	case String, JSON:
		e.LogicalType.Value = &format.StringType{}
		e.ConvertedType = thrift.New(deprecated.UTF8)
	case UUID:
		e.LogicalType.Value = &format.UUIDType{}
	case Decimal:
		precision, scale := int32(c.Precision), int32(c.Scale)
		e.LogicalType.Value = &format.DecimalType{Precision: precision, Scale: scale}
		e.ConvertedType = thrift.New(deprecated.Decimal)
		e.Precision, e.Scale = thrift.New(precision), thrift.New(scale)
	case Date:
		e.LogicalType.Value = &format.DateType{}
		e.ConvertedType = thrift.New(deprecated.Date)
	case Time:
		e.LogicalType.Value = &format.TimeType{Unit: micros()}
	case Timestamp:
		e.LogicalType.Value = &format.TimestampType{IsAdjustedToUTC: true, Unit: micros()}
		e.ConvertedType = thrift.New(deprecated.TimestampMicros)
	}
}

func micros() format.TimeUnit { return format.TimeUnit{Value: &format.MicroSeconds{}} }

// physical is the Parquet type of a kind; precision is a Decimal's.
func physical(k Kind, precision int) format.Type {
	switch k {
	case Boolean:
		return format.Boolean
	case Double:
		return format.Double
	case Date:
		return format.Int32
	case String, JSON:
		return format.ByteArray
	case UUID:
		return format.FixedLenByteArray
	case Int64, Time, Timestamp:
		return format.Int64
	case Decimal:
		switch {
		case precision <= int32Precision:
			return format.Int32
		case precision <= int64Precision:
			return format.Int64
		}
		return format.FixedLenByteArray
	default:
		panic("BUG: no Parquet type for a column of " + string(k))
	}
}
