package metric

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
)

// Kinds of records on disk, by what follows the time.
const (
	kindEqual    = iota // equal values: how many, and which
	kindSum             // equal values whose sum has been rounded: a Set
	kindUnknown         // a Set of unknown values
	kindBinsFrom        // a Set, and bins of as many bytes as the kind is above this
)

// key is where a chunk stands: chunks of a tier and time are side by side, and the oldest first.
func (c chunk) key() []byte {
	key := append(make([]byte, 0, 13), c.tier)
	key = binary.BigEndian.AppendUint64(key, uint64(c.start)^1<<63)
	return binary.BigEndian.AppendUint32(key, c.number)
}

var errDamaged = errors.New("it is damaged")

func chunkOf(key []byte) (c chunk, err error) {
	if len(key) != 13 || int(key[0]) >= len(tiers) {
		return c, errDamaged
	}
	return chunk{key[0], int64(binary.BigEndian.Uint64(key[1:]) ^ 1<<63), binary.BigEndian.Uint32(key[9:])}, nil
}

// appendRecord writes a record of a chunk that begins at start.
func appendRecord(to []byte, r *record, start int64) []byte {
	to = binary.AppendUvarint(to, uint64(r.at-start))
	float := func(v float64) { to = binary.LittleEndian.AppendUint64(to, math.Float64bits(v)) }
	set := func(kind int) {
		to = binary.AppendUvarint(to, uint64(kind))
		float(r.Count)
		float(r.Sum)
		float(r.Min)
		float(r.Max)
	}
	switch {
	case r.dist == "" && r.Sum == r.Min*r.Count:
		to = binary.AppendUvarint(to, kindEqual)
		float(r.Count)
		float(r.Min)
	case r.dist == "":
		set(kindSum)
	case r.dist == unknown:
		set(kindUnknown)
	default:
		set(kindBinsFrom + len(r.dist))
		to = append(to, r.dist...)
	}
	return to
}

// recordReader reads records; err tells whether that went well.
type recordReader struct {
	from []byte
	err  error
}

func (r *recordReader) float() float64 {
	if len(r.from) < 8 {
		r.err = errDamaged
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.from))
	r.from = r.from[8:]
	return v
}

func (r *recordReader) uint(most uint64) int64 {
	v, n := binary.Uvarint(r.from)
	if n <= 0 || v > most {
		r.err = errDamaged
		return 0
	}
	r.from = r.from[n:]
	return int64(v)
}

func (r *recordReader) index() int16 {
	v, n := binary.Varint(r.from)
	if n <= 0 || v < math.MinInt16 || v > math.MaxInt16 {
		r.err = errDamaged
		return 0
	}
	r.from = r.from[n:]
	return int16(v)
}

// append writes a bin: its index, and how many values it has, which are whole in most.
func (b bin) append(to []byte) []byte {
	to = binary.AppendVarint(to, int64(b.index))
	if n := uint64(b.count); float64(n) == b.count && n < 1<<50 {
		return binary.AppendUvarint(to, n+1)
	}
	return binary.LittleEndian.AppendUint64(append(to, 0), math.Float64bits(b.count))
}

func (r *recordReader) bin() bin {
	b := bin{index: r.index()}
	if n := r.uint(1 << 51); n > 0 {
		b.count = float64(n - 1)
	} else {
		b.count = r.float()
	}
	return b
}

func (r *recordReader) record(start, span int64) (made record) {
	made.at = start + r.uint(uint64(span-1))
	kind := r.uint(1 << 20)
	if kind == kindEqual {
		n, v := r.float(), r.float()
		made.Set = Set{n, n * v, v, v}
		return made
	}
	made.Set = Set{r.float(), r.float(), r.float(), r.float()}
	switch {
	case kind == kindUnknown:
		made.dist = unknown
	case kind >= kindBinsFrom:
		n := int(kind - kindBinsFrom)
		if n > len(r.from) {
			r.err = errDamaged
			return made
		}
		made.dist, r.from = packed(r.from[:n]), r.from[n:]
	}
	return made
}

// sound reports whether a record is one that can be kept: a damaged file may say anything.
func (r *record) sound() bool {
	for _, v := range []float64{r.Count, r.Sum, r.Min, r.Max} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return r.Count > 0 && (r.dist == unknown || r.dist.sound())
}

func (p packed) sound() bool {
	read, last := recordReader{from: []byte(p)}, math.MinInt
	for len(read.from) > 0 {
		b := read.bin()
		if read.err != nil || int(b.index) <= last || !(b.count > 0) || math.IsInf(b.count, 0) {
			return false
		}
		last = int(b.index)
	}
	return true
}

// seriesRow is what the file has of a series beside its records. Names are bytes, as clients may send what is no text.
type seriesRow struct {
	Scope           arn.Scope
	Namespace, Name []byte
	Dimensions      [][]byte // name, value, name, value
	Unit            []byte
}

func (s *series) row() []byte {
	row := seriesRow{Scope: s.id.Scope, Namespace: []byte(s.id.Namespace), Name: []byte(s.id.Name), Unit: []byte(s.unit)}
	for _, d := range s.id.Dimensions {
		row.Dimensions = append(row.Dimensions, []byte(d.Name), []byte(d.Value))
	}
	text, _ := json.Marshal(row) // it has no value that JSON cannot have
	return text
}

// readRow is the metric and the unit of a row.
func readRow(text []byte) (d Datum, err error) {
	var row seriesRow
	if err := json.Unmarshal(text, &row); err != nil || len(row.Dimensions)%2 != 0 {
		return d, errDamaged
	}
	var dimensions []string
	for _, each := range row.Dimensions {
		dimensions = append(dimensions, string(each))
	}
	return Datum{ID: New(row.Scope, string(row.Namespace), string(row.Name), dimensions...), Unit: types.StandardUnit(row.Unit)}, nil
}
