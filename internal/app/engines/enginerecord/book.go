package enginerecord

import (
	"fmt"
	"slices"
	"sync"
)

// Book is what a data directory remembers of its engines, for those that change it.
type Book struct {
	dataDir string // empty: state is in memory, and there is nothing to remember

	mu  sync.Mutex
	all []Record
}

// NewBook returns the book of a data directory, which is empty if the state is in memory, with what was read there.
func NewBook(dataDir string, all []Record) *Book {
	return &Book{dataDir: dataDir, all: slices.Clone(all)}
}

// Find is what is remembered of an engine, nil for nothing.
func (b *Book) Find(name string) *Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Of(b.all, name)
}

// nameOf is the name of the engine with an id, empty for none that has a name.
func (b *Book) nameOf(id string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.all {
		if r.ID == id {
			return r.Name
		}
	}
	return ""
}

// Of is the record of an engine, nil for none.
func Of(all []Record, name string) *Record {
	for _, r := range all {
		if r.Name == name {
			return &r
		}
	}
	return nil
}

// Keep forgets all engines but the ones of some names.
func (b *Book) Keep(names []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(b.all), func(r Record) bool { return !slices.Contains(names, r.Name) })
	if len(left) == len(b.all) {
		return nil
	}
	return b.write(left)
}

// note remembers an engine, in the place of the one of its name.
func (b *Book) note(r Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := slices.Clone(b.all)
	if at := slices.IndexFunc(all, func(other Record) bool { return other.Name == r.Name }); at >= 0 {
		all[at] = r
	} else {
		all = append(all, r)
	}
	return b.write(all)
}

// write needs the lock.
func (b *Book) write(all []Record) error {
	if b.dataDir != "" {
		if err := write(b.dataDir, all); err != nil {
			return fmt.Errorf("write which engine the data directory belongs to: %w", err)
		}
	}
	b.all = all
	return nil
}
