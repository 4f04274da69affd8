package store

import "github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"

// Err is the error of the last write to disk, until one succeeds.
func (s *Store) Err() error {
	if s.journal == nil {
		return nil
	}
	s.journal.errMu.Lock()
	defer s.journal.errMu.Unlock()
	return s.journal.err
}

// probeSize is the room that there must be for the disk to count as usable again:
// more than a transaction takes.
const probeSize = 256 << 10

// Probe tries the disk again if a write has failed, until it finds room: on a full disk a small
// write may succeed after that, and the next one fail. What it writes and removes leaves its
// room inside the file, for the next write.
func (s *Store) Probe() error {
	if s.journal == nil || !s.journal.mayBeFull() {
		return nil
	}
	s.journal.flushing.Lock()
	defer s.journal.flushing.Unlock()
	err := s.updateDisk(func(disk *boltfile.Writer) error {
		return disk.Bucket(metaBucket).Put(metaProbe, make([]byte, probeSize))
	})
	if err != nil {
		return err
	}
	err = s.updateDisk(func(disk *boltfile.Writer) error {
		return disk.Bucket(metaBucket).Delete(metaProbe)
	})
	if err == nil {
		s.journal.foundRoom()
	}
	return err
}

func (j *journal) mayBeFull() bool {
	j.errMu.Lock()
	defer j.errMu.Unlock()
	return j.short
}

func (j *journal) foundRoom() {
	j.errMu.Lock()
	defer j.errMu.Unlock()
	j.short = false
}

// Stamp writes a stamp, for when nothing else is written.
func (s *Store) Stamp() error {
	if s.journal == nil {
		return nil
	}
	s.journal.flushing.Lock()
	defer s.journal.flushing.Unlock()
	return s.stamp()
}

func (s *Store) stamp() error {
	j := s.journal
	if j.nextStamp() == nil && !j.outdated && !j.lacking && len(j.doubtful)+len(j.doubtfulSpans) == 0 {
		return nil
	}
	return s.updateDisk(func(*boltfile.Writer) error { return nil })
}

// nextStamp is what the next write keeps; nil leaves what was kept before.
func (j *journal) nextStamp() []byte {
	if j.newStamp == nil {
		return nil
	}
	return j.newStamp()
}
