package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is for how long a file may be in use by an emulator that ends.
const lockTimeout = time.Second

// openJournal opens a state file and brings it up to date, or makes one.
func openJournal(o Options) (*journal, error) {
	j := &journal{newStamp: o.Stamp, fault: o.Fault}
	if j.fault == nil {
		j.fault = func() error { return nil }
	}
	err := makeFile(o.Path, len(o.Migrations))
	if err == nil {
		err = guarded(func() error { return inspectFile(o.Path, len(o.Migrations)) })
	}
	if err == nil {
		err = guarded(func() error { return j.open(o) })
	}
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = errors.New("another emulator uses it")
	}
	if err != nil {
		return nil, fmt.Errorf("open state file %s: %w", o.Path, err)
	}
	return j, nil
}

// makeFile makes an empty state file where there is none. It gets its name when it
// is complete, so that a file that cannot be read is never one in the making.
func makeFile(path string, format int) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	unnamed, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(unnamed.Name()) }() // it has another name, or is of no use
	if err := unnamed.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(unnamed.Name(), 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(disk *bbolt.Tx) error { return putFormat(disk, format) })
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	// Unlike Rename, Link leaves alone what another emulator has made meanwhile. Not
	// every file system has it.
	if err := os.Link(unnamed.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(unnamed.Name(), path)
}

// inspectFile makes sure that bbolt can read a file and this program its rows,
// without changing it.
func inspectFile(path string, format int) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return damaged(errors.New("it is empty"))
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return err
	case err != nil:
		return damaged(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := boltfile.Check(file, info.Size(), db.Info().PageSize); err != nil {
		return damaged(err)
	}
	return db.View(func(disk *bbolt.Tx) error {
		found, err := formatOf(disk)
		switch {
		case err != nil:
			return damaged(err)
		case found > format:
			return fmt.Errorf("it is of format %d, which a newer ecs-emulator has made; this one reads formats up to %d", found, format)
		}
		return disk.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			switch {
			case bucket == nil:
				return damaged(fmt.Errorf("%q is no table", name))
			case found == format && tables[string(name)] == nil && logs[string(name)] == nil && string(name) != string(metaBucket):
				return fmt.Errorf("it has a table %q, which this ecs-emulator does not know", name)
			}
			return nil
		})
	})
}

// open opens an inspected file for writing.
func (j *journal) open(o Options) (err error) {
	if j.db, err = bbolt.Open(o.Path, 0o600, &bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true}); err != nil {
		return err
	}
	upToDate := false
	err = j.db.View(func(disk *bbolt.Tx) (err error) {
		format, err := formatOf(disk)
		upToDate = disk.Bucket(metaBucket) != nil && format == len(o.Migrations)
		return err
	})
	if err == nil && !upToDate { // writes nothing else, so that a start needs no room
		err = j.db.Update(func(disk *bbolt.Tx) error { return migrate(disk, o.Migrations) })
	}
	if err == nil {
		err = j.db.View(func(disk *bbolt.Tx) error { j.stamped = stampOf(disk); return nil })
	}
	if err != nil {
		return j.abandon(err)
	}
	return nil
}

// load fills tables with what the journal holds.
func (s *Store) load(into version) error {
	err := guarded(func() error {
		return s.journal.db.View(func(disk *bbolt.Tx) error {
			return disk.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
				if string(name) == string(metaBucket) {
					return nil
				}
				if l := logs[string(name)]; l != nil {
					return s.rings[l.number].load(l, bucket)
				}
				return loadTable(into, tables[string(name)], bucket)
			})
		})
	})
	if err != nil {
		return fmt.Errorf("read state file %s: %w", s.journal.db.Path(), err)
	}
	return nil
}

func loadTable(into version, t *table, bucket *bbolt.Bucket) error {
	return bucket.ForEach(func(key, body []byte) error {
		row := t.blank()
		if err := wire.Unmarshal(body, row); err != nil {
			return damaged(fmt.Errorf("%s %q: %w", t.name, key, err))
		}
		if t.key(row) != string(key) {
			return damaged(fmt.Errorf("%s %q is that of %q", t.name, key, t.key(row)))
		}
		into[t.number].put(t, string(key), row)
		return nil
	})
}

// damaged says what to do about a file that cannot be read.
func damaged(why error) error {
	return fmt.Errorf("it is damaged and was left as it is; move it away to begin anew: %w", why)
}

// guarded runs what reads a file that may be damaged. bbolt maps the file into
// memory and trusts what it finds there: it fails its own assertions, or reads where
// nothing is mapped.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("%v", p))
		}
	}()
	return fn()
}
