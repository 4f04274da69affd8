// Package cloudwatchlogs keeps log groups, their streams and the events in them: what CloudWatch Logs
// keeps.
//
// All of it is one log of records, cut into segments: a batch of events of one stream with
// the position of the container that wrote them, or a change of a group or stream. Group,
// stream, lines and position are one append, so no crash can part them; that is why groups
// and streams are not rows of the emulator's state. With a directory segments are files, else
// memory. In memory there is beside them what each segment has of each stream, and no event.
//
// Exceptions are the exceptions of the CloudWatch Logs API, with AWS's texts.
package cloudwatchlogs

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Sizes that hold unless [Options] say otherwise.
const (
	DefaultDiskSize   = 1 << 30
	DefaultMemorySize = 64 << 20
)

// Options say where events live. The zero value keeps them in memory.
type Options struct {
	// Dir is where the segments are; empty keeps them in memory.
	Dir string
	// Size is how many bytes there are of all segments. The oldest go when there are more.
	// Default DefaultDiskSize, in memory DefaultMemorySize.
	Size int64
	// Now is the time of ingestion, and that by which retention goes. Default time.Now.
	Now func() time.Time
	// Arrived is told of events once they are in, before Put returns: nil tells no one.
	Arrived func(a Arrival)
	// Log is told what had to be left out. Default: none.
	Log *slog.Logger

	disk disk
}

// Store keeps events. Its methods may be called at the same time.
type Store struct {
	opts    Options
	segment int64 // bytes after which another one begins

	// mu is held for an append to a file of this machine, and for no longer wait.
	mu      sync.RWMutex
	closed  bool
	meta    *metadata
	sealed  []*segment // the oldest first
	active  *segment
	newest  uint64     // number of a segment
	torn    []*segment // that a crash has left without a beginning
	size    int64      // of all segments
	scratch []byte     // of one record

	reserved int64 // size of the reserve on the disk
	full     bool  // events have gone because the disk was full
	failed   error // why the last write has failed
}

// errClosed is what a store answers that has been closed.
var errClosed = errors.New("the store of logs is closed")

// Open is Read and Begin.
func Open(opts Options) (*Store, error) {
	s, err := Read(opts)
	if err == nil {
		err = s.Begin()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Read makes a store and finds what the directory holds, without a change there. Before all else, Begin has to be called.
func Read(opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Size <= 0 {
		opts.Size = DefaultMemorySize
		if opts.Dir != "" {
			opts.Size = DefaultDiskSize
		}
	}
	s := &Store{opts: opts, segment: min(max(opts.Size/64, 64<<10), 4<<20), meta: newMetadata()}
	if opts.Dir == "" {
		return s, nil
	}
	if info, err := os.Stat(filepath.Join(opts.Dir, reserveFile)); err == nil {
		s.reserved = info.Size()
	}
	if err := s.recover(); err != nil {
		return nil, fmt.Errorf("read the logs in %s: %w", opts.Dir, err)
	}
	s.meta.lagAll()
	return s, nil
}

// Begin makes a store ready that has been read. What a crash has left half written at the end is cut off: no caller was
// told that it is kept.
func (s *Store) Begin() error {
	if s.opts.Dir == "" {
		return s.rotate()
	}
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of logs: %w", err)
	}
	if err := s.resume(); err != nil {
		return fmt.Errorf("go on with the logs in %s: %w", s.opts.Dir, err)
	}
	return s.measure()
}

// Close ends the store. What the newest segment has is then safe from a loss of power as well.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.active == nil || s.active.file == nil {
		return nil
	}
	return errors.Join(s.active.file.Sync(), s.active.close())
}

// Size is how many bytes the segments have.
func (s *Store) Size() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.size
}

// Reset forgets all groups with their events. Ids of events go on: none comes twice.
func (s *Store) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	fresh := newMetadata()
	fresh.nextEvent, fresh.nextStream = s.meta.nextEvent, s.meta.nextStream
	was := s.meta
	s.meta = fresh
	if err := s.rotate(); err != nil { // from here on, a restart finds nothing of before
		s.meta = was
		return fmt.Errorf("forget the logs: %w", err)
	}
	return s.sweep(s.opts.Now())
}
