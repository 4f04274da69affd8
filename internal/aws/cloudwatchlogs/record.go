package cloudwatchlogs

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sync"
	"time"
)

// A record is its length, a checksum of what follows, its kind, and the rest.
//
//	length uint32 | checksum uint32 | kind byte | rest
//
// That of a batch begins with what readers decide by whether they need it; behind that come
// the source and its position, and the events.
//
//	stream, first event uint64 | low, high, ingested int64 | count uint32
//	source | position | count × (timestamp − low | length | message)
const (
	recordHead = 9
	batchHead  = recordHead + 5*8 + 4

	recordBatch      = 'b'
	recordChange     = 'c'
	recordCheckpoint = 'p' // JSON of []*change, the first record of a segment
	recordSummaries  = 's' // JSON of summaries, the last record of a sealed segment

	// maxRecord is more than any request or collector puts at once. What claims to be
	// larger is no record.
	maxRecord = 1 << 30
)

var (
	castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })
	little     = binary.LittleEndian

	errTorn = errors.New("the record is damaged")
)

func appendRecord(buf []byte, kind byte, rest []byte) []byte {
	at := len(buf)
	buf = append(buf, 0, 0, 0, 0, 0, 0, 0, 0, kind)
	buf = append(buf, rest...)
	seal(buf[at:])
	return buf
}

// seal fills in length and checksum of a record.
func seal(record []byte) {
	little.PutUint32(record, uint32(len(record)))
	little.PutUint32(record[4:], crc32.Checksum(record[8:], castagnoli()))
}

// nextRecord returns the first record of data: its length is right, but only whole has read it.
func nextRecord(data []byte) (record []byte, err error) {
	if len(data) < recordHead {
		return nil, errTorn
	}
	n := little.Uint32(data)
	if n < recordHead || n > maxRecord || int(n) > len(data) {
		return nil, errTorn
	}
	return data[:n], nil
}

// whole reports whether a record is as it was written.
func whole(record []byte) bool {
	return little.Uint32(record[4:]) == crc32.Checksum(record[8:], castagnoli())
}

// batch is the head of a record of events.
type batch struct {
	stream, seq         uint64
	low, high, ingested int64
	count               int
	billed              int64 // bytes as AWS bills them; not in the record

	source   string
	position Position
}

// appendBatch appends the record of lines.
func appendBatch(buf []byte, b *batch, lines []Line) []byte {
	at := len(buf)
	buf = append(buf, 0, 0, 0, 0, 0, 0, 0, 0, recordBatch)
	buf = little.AppendUint64(buf, b.stream)
	buf = little.AppendUint64(buf, b.seq)
	buf = little.AppendUint64(buf, uint64(b.low))
	buf = little.AppendUint64(buf, uint64(b.high))
	buf = little.AppendUint64(buf, uint64(b.ingested))
	buf = little.AppendUint32(buf, uint32(b.count))
	buf = binary.AppendUvarint(buf, uint64(len(b.source)))
	buf = append(buf, b.source...)
	if b.source != "" {
		for _, at := range []time.Time{b.position.Since, b.position.Last} {
			buf = binary.AppendVarint(buf, at.Unix())
			buf = binary.AppendUvarint(buf, uint64(at.Nanosecond()))
		}
		buf = binary.AppendUvarint(buf, uint64(b.position.Count))
	}
	for i := range lines {
		buf = binary.AppendUvarint(buf, uint64(lines[i].At.UnixMilli()-b.low))
		buf = binary.AppendUvarint(buf, uint64(len(lines[i].Message)))
		buf = append(buf, lines[i].Message...)
	}
	seal(buf[at:])
	return buf
}

// head reads the head of a record of events, all but source and position.
func (b *batch) head(record []byte) error {
	if len(record) < batchHead {
		return errTorn
	}
	r := record[recordHead:]
	b.stream, b.seq = little.Uint64(r), little.Uint64(r[8:])
	b.low, b.high, b.ingested = int64(little.Uint64(r[16:])), int64(little.Uint64(r[24:])), int64(little.Uint64(r[32:]))
	b.count = int(little.Uint32(r[40:]))
	return nil
}

// rest reads source and position, and returns the events.
func (b *batch) rest(record []byte) ([]byte, error) {
	d := decoder{data: record[batchHead:]}
	b.source = string(d.bytes())
	if b.source != "" {
		for _, at := range []*time.Time{&b.position.Since, &b.position.Last} {
			seconds, nanos := d.varint(), d.uvarint()
			*at = time.Unix(seconds, int64(nanos)).UTC()
		}
		b.position.Count = int(d.uvarint())
	}
	return d.data, d.err
}

// decoder reads numbers and texts until something is wrong.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		d.err, d.data = errTorn, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.data)
	if size <= 0 {
		d.err, d.data = errTorn, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.data)) {
		d.err, d.data = errTorn, nil
		return nil
	}
	text := d.data[:n]
	d.data = d.data[n:]
	return text
}
