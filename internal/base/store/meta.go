package store

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"go.etcd.io/bbolt"
)

// Buckets of the state file that hold no rows.
var (
	metaBucket  = []byte(boltfile.Meta)
	metaFormat  = []byte("format") // a number; files without are of format 0
	metaProbe   = []byte("probe")  // see Probe
	stampBucket = []byte("stamp")
	stampKey    = []byte("stamp") // see Stamped; files without checksums have it in metaBucket
)

// reserved reports whether a bucket holds no rows.
func reserved(name string) bool { return name == string(metaBucket) || name == string(stampBucket) }

// Migration brings the rows of a state file from one format to the next.
type Migration func(*StoredRows) error

// StoredRows are the stored rows of a state file that is being migrated.
type StoredRows struct{ disk *boltfile.Writer }

// Rewrite replaces each row of a table, which is JSON, by what change makes of it.
func (r *StoredRows) Rewrite(table string, change func(row []byte) ([]byte, error)) error {
	bucket := r.disk.Bucket([]byte(table))
	if bucket == nil {
		return nil
	}
	changed := map[string][]byte{} // a bucket must not change while it is read
	err := bucket.ForEach(func(key, value []byte) (err error) {
		changed[string(key)], err = change(boltfile.Body(value))
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate %s: %w", table, err)
	}
	for key, row := range changed {
		if err := r.disk.Put(table, []byte(key), row); err != nil {
			return err
		}
	}
	return nil
}

// Put adds a row, which is JSON, to a table.
func (r *StoredRows) Put(table, key string, row []byte) error {
	return r.disk.Put(table, []byte(key), row)
}

// Drop removes a table that may not be there.
func (r *StoredRows) Drop(table string) error { return r.disk.Drop(table) }

// migrate takes a file to the present format, which is the number of migrations, and gives rows checksums that have none.
func migrate(disk *boltfile.Writer, migrations []Migration) error {
	format, err := formatOf(disk.Tx)
	if err != nil {
		return err
	}
	if err := sealRows(disk); err != nil {
		return err
	}
	for ; format < len(migrations); format++ {
		if err := migrations[format](&StoredRows{disk}); err != nil {
			return err
		}
	}
	return putFormat(disk.Tx, format)
}

// sealRows gives rows checksums, and the stamp as well.
func sealRows(disk *boltfile.Writer) error {
	if boltfile.Sealed(disk.Tx) {
		return nil
	}
	if err := disk.Seal(); err != nil {
		return err
	}
	meta := disk.Bucket(metaBucket)
	stamp := bytes.Clone(meta.Get(stampKey))
	if stamp == nil {
		return nil
	}
	return errors.Join(meta.Delete(stampKey), putStamp(disk, stamp))
}

func formatOf(disk *bbolt.Tx) (int, error) {
	bucket := disk.Bucket(metaBucket)
	if bucket == nil || bucket.Get(metaFormat) == nil {
		return 0, nil
	}
	format, err := strconv.Atoi(string(bucket.Get(metaFormat)))
	if err != nil {
		return 0, fmt.Errorf("its format is %q", bucket.Get(metaFormat))
	}
	return format, nil
}

func putFormat(disk *bbolt.Tx, format int) error {
	bucket, err := disk.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	return bucket.Put(metaFormat, []byte(strconv.Itoa(format)))
}

// Stamped is what the durable log held when the store was opened: the last that
// Options.Stamp had given before. It is empty for a new log.
func (s *Store) Stamped() []byte {
	if s.journal == nil {
		return nil
	}
	return s.journal.stamped
}

func stampOf(disk *bbolt.Tx) []byte {
	bucket := disk.Bucket(stampBucket)
	if bucket == nil {
		return nil
	}
	return bytes.Clone(boltfile.Body(bucket.Get(stampKey)))
}

func putStamp(disk *boltfile.Writer, stamp []byte) error {
	return disk.Put(string(stampBucket), stampKey, stamp)
}
