package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"go.etcd.io/bbolt"
)

// bbolt has no checksum of what its pages hold, so the rows of a file have one each, behind the value: of the value, the
// key and the table. What all checksums add up to is kept as well. It shows that a row is missing, or an older one: a
// damaged page may lead to one that is free and was in use before.

// Meta is the bucket that has no rows, but what is said of the file.
const Meta = "meta"

var sumKey = []byte("sum") // in Meta: 8 bytes

const checksumSize = 4

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// checksum returns the checksum of a row. It covers the length of the key, so that no byte moves from key to value.
func checksum(table string, key, body []byte) uint32 {
	sum := crc32.Update(uint32(len(key)), castagnoli(), []byte(table))
	return crc32.Update(crc32.Update(sum, castagnoli(), key), castagnoli(), body)
}

// sequenceSum is what the sequence of a table adds to the sum.
func sequenceSum(table string, sequence uint64) uint64 {
	if sequence == 0 {
		return 0
	}
	return uint64(checksum(table, nil, binary.BigEndian.AppendUint64(nil, sequence)))
}

// Body is the value of a row without its checksum.
func Body(value []byte) []byte { return value[:max(0, len(value)-checksumSize)] }

// sumOf is the checksum that a value ends with, which is 0 where there is none.
func sumOf(value []byte) uint64 {
	if len(value) < checksumSize {
		return 0
	}
	return uint64(binary.LittleEndian.Uint32(value[len(value)-checksumSize:]))
}

// Sealed reports whether the rows of a file have checksums.
func Sealed(tx *bbolt.Tx) bool {
	meta := tx.Bucket([]byte(Meta))
	return meta != nil && len(meta.Get(sumKey)) == 8
}

// Verify calls bad for each row that is not as it was written, and reports whether the rows are those that were written
// last: without it, some may be missing, or older.
func Verify(tx *bbolt.Tx, bad func(table string, key []byte)) (complete bool, err error) {
	var sum uint64
	err = eachTable(tx, func(table string, bucket *bbolt.Bucket) error {
		sum += sequenceSum(table, bucket.Sequence())
		return bucket.ForEach(func(key, value []byte) error {
			sum += sumOf(value)
			if len(value) < checksumSize || sumOf(value) != uint64(checksum(table, key, Body(value))) {
				bad(table, key)
			}
			return nil
		})
	})
	return err == nil && sum == binary.BigEndian.Uint64(tx.Bucket([]byte(Meta)).Get(sumKey)), err
}

// eachTable goes through the buckets that have rows.
func eachTable(tx *bbolt.Tx, see func(table string, bucket *bbolt.Bucket) error) error {
	return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
		if string(name) == Meta {
			return nil
		}
		return see(string(name), bucket)
	})
}

// Writer changes the rows of a file in one transaction.
type Writer struct {
	*bbolt.Tx
	sum uint64
}

// Update runs fn in a transaction.
func Update(db *bbolt.DB, fn func(w *Writer) error) error {
	return db.Update(func(tx *bbolt.Tx) error { return write(tx, fn) })
}

// errTried has a transaction rolled back.
var errTried = errors.New("this was a try")

// Try is Update that takes everything back.
func Try(db *bbolt.DB, fn func(w *Writer) error) error {
	var failed error
	err := db.Update(func(tx *bbolt.Tx) error {
		failed = write(tx, fn)
		return errTried
	})
	if !errors.Is(err, errTried) {
		return err
	}
	return failed
}

func write(tx *bbolt.Tx, fn func(w *Writer) error) error {
	w := &Writer{Tx: tx}
	meta, err := w.table(Meta)
	if err != nil {
		return err
	}
	if sum := meta.Get(sumKey); len(sum) == 8 {
		w.sum = binary.BigEndian.Uint64(sum)
	}
	if err := fn(w); err != nil {
		return err
	}
	return meta.Put(sumKey, binary.BigEndian.AppendUint64(nil, w.sum))
}

// table is the bucket of a table, which is made if there is none. Most often there is one, and that is found without a copy
// of its name.
func (w *Writer) table(name string) (*bbolt.Bucket, error) {
	if bucket := w.Bucket([]byte(name)); bucket != nil {
		return bucket, nil
	}
	return w.CreateBucket([]byte(name))
}

func (w *Writer) Put(table string, key, body []byte) error {
	bucket, err := w.table(table)
	if err != nil {
		return err
	}
	sum := checksum(table, key, body)
	value := make([]byte, 0, len(body)+checksumSize) // body may be a row of another table as well
	value = binary.LittleEndian.AppendUint32(append(value, body...), sum)
	w.sum += uint64(sum) - sumOf(bucket.Get(key))
	return bucket.Put(key, value)
}

// Delete removes a row, if there is one.
func (w *Writer) Delete(table string, key []byte) error {
	bucket := w.Bucket([]byte(table))
	if bucket == nil {
		return nil
	}
	w.sum -= sumOf(bucket.Get(key))
	return bucket.Delete(key)
}

// SetSequence sets the sequence of a table that there is.
func (w *Writer) SetSequence(table string, sequence uint64) error {
	bucket := w.Bucket([]byte(table))
	w.sum += sequenceSum(table, sequence) - sequenceSum(table, bucket.Sequence())
	return bucket.SetSequence(sequence)
}

// Drop removes a table, if there is one.
func (w *Writer) Drop(table string) error {
	bucket := w.Bucket([]byte(table))
	if bucket == nil {
		return nil
	}
	w.sum -= sequenceSum(table, bucket.Sequence())
	_ = bucket.ForEach(func(_, value []byte) error { w.sum -= sumOf(value); return nil })
	return w.DeleteBucket([]byte(table))
}

// Recount makes the sum anew from the rows that there are.
func (w *Writer) Recount() error {
	w.sum = 0
	return eachTable(w.Tx, func(table string, bucket *bbolt.Bucket) error {
		w.sum += sequenceSum(table, bucket.Sequence())
		return bucket.ForEach(func(_, value []byte) error { w.sum += sumOf(value); return nil })
	})
}

// Seal gives the rows of a file checksums that has none.
func (w *Writer) Seal() error {
	if Sealed(w.Tx) {
		return nil
	}
	err := eachTable(w.Tx, func(table string, bucket *bbolt.Bucket) error {
		type row struct{ key, body []byte }
		var rows []row // a bucket must not change while it is read
		err := bucket.ForEach(func(key, body []byte) error {
			if body == nil {
				return fmt.Errorf("%s %q is no row", table, key)
			}
			rows = append(rows, row{bytes.Clone(key), bytes.Clone(body)})
			return nil
		})
		for _, r := range rows {
			err = errors.Join(err, w.Put(table, r.key, r.body))
		}
		return err
	})
	return errors.Join(err, w.Recount())
}
