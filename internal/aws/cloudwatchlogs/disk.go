package cloudwatchlogs

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A full disk takes new events as long as there are older ones that can go: the oldest segment goes,
// as it does when there are too many. To replace the last one, and for a record of what is deleted,
// there is a reserve: a file that goes for the moment.

const (
	reserveFile = "reserve"
	reserveSize = 64 << 10 // beside a checkpoint
	reserveStep = 32 << 10 // by which it follows checkpoints
	// sourceSize is about what a checkpoint says of a source and its stream beside their names.
	sourceSize = 300
)

// disk is what segments are written to; tests have one that is full.
type disk struct {
	write func(f *os.File, data []byte, at int64) (int, error) // nil: (*os.File).WriteAt
}

func (d disk) writeAt(f *os.File, data []byte, at int64) (int, error) {
	if d.write != nil {
		return d.write(f, data, at)
	}
	return f.WriteAt(data, at)
}

func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// DiskStatus says whether events can be kept.
type DiskStatus string

// Values of DiskStatus.
const (
	DiskReady DiskStatus = "ready"
	// DiskFull is that the oldest events go because the disk is full.
	DiskFull DiskStatus = "full"
	// DiskUnwritable is that nothing can be kept.
	DiskUnwritable DiskStatus = "unwritable"
)

// Disk tells whether events can be kept, and why none can. It tries a disk again that was full.
func (s *Store) Disk() (DiskStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if (s.full || noSpace(s.failed)) && !s.closed && s.probe() == nil {
		s.full, s.failed = false, nil
	}
	switch {
	case s.failed != nil:
		return DiskUnwritable, s.failed
	case s.full:
		return DiskFull, nil
	}
	return DiskReady, nil
}

// probe reports whether there is room for another segment.
func (s *Store) probe() error {
	f, err := os.CreateTemp(s.opts.Dir, "probe")
	if err != nil {
		return err
	}
	_, err = s.opts.disk.writeAt(f, make([]byte, s.segment), 0)
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

// giveWay makes room on a full disk, and reports whether it could: the oldest events go.
func (s *Store) giveWay() bool {
	if s.discardOldest() {
		return true
	}
	if len(s.active.streams) == 0 || s.rotate() != nil || !s.discardOldest() {
		return false
	}
	s.keepReserve()
	return true
}

func (s *Store) discardOldest() bool {
	if len(s.sealed) == 0 {
		return false
	}
	if err := s.discard(0); err != nil {
		s.opts.Log.Error("cannot remove the oldest log events from a full disk", "error", err)
		return false
	}
	if !s.full {
		s.opts.Log.Error("the disk is full: the oldest log events are removed", "directory", s.opts.Dir)
	}
	s.full = true
	return true
}

func (s *Store) reserve() string { return filepath.Join(s.opts.Dir, reserveFile) }

// keepReserve makes the reserve as large as it should be, if there is room.
func (s *Store) keepReserve() {
	size := reserveSize + min(s.active.start+s.active.grown, s.segment)/reserveStep*reserveStep
	if s.opts.Dir == "" || s.reserved >= size {
		return
	}
	f, err := os.OpenFile(s.reserve(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return // there is another try with the next segment
	}
	defer f.Close()
	if _, err := s.opts.disk.writeAt(f, make([]byte, size-s.reserved), s.reserved); err != nil {
		_ = f.Truncate(s.reserved)
		return
	}
	s.reserved = size
}

// grow notes by how much the next checkpoint becomes larger.
func (s *Store) grow(bytes int) {
	s.active.grown += int64(bytes)
	s.keepReserve()
}

// measure finds how large the next checkpoint is, after a start.
func (s *Store) measure() error {
	payload, err := json.Marshal(s.meta.checkpoint())
	if err != nil {
		return fmt.Errorf("encode a checkpoint of logs: %w", err)
	}
	s.active.grown = 0
	s.grow(max(0, len(payload)-int(s.active.start)))
	return nil
}

// spendReserve removes the reserve, and reports whether there was one.
func (s *Store) spendReserve() bool {
	was := s.reserved
	s.reserved = 0
	return was > 0 && os.Remove(s.reserve()) == nil
}
