// Package boltfile checks files of bbolt before bbolt trusts what they say.
package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// Check reads the pages of a file of some bytes and says what is wrong with them; each is read at most once. bbolt
// follows all that a page says, also round in circles, and what it notices when it
// opens a file for writing ends the process: it does so in a goroutine of its own.
// It does not check the list of free pages.
//
// If all is well but for one of the two meta pages, it returns ErrOneMeta.
//
// The format is bbolt's version 2, in the machine's byte order:
//
//	page   id 8, flags 2, count 2, overflow 4, then elements, keys and values
//	meta   magic 4, version 4, page size 4, flags 4, root 16, free list 8, pages 8,
//	       transaction 8, checksum 8
//	branch position 4, key size 4, page 8
//	leaf   flags 4, position 4, key size 4, value size 4
//	bucket page 8, sequence 8; page 0 is one that follows in the value itself
func Check(file io.ReaderAt, size int64, pageSize int) error {
	c := &pageChecker{file: file, pageSize: uint64(pageSize), seen: map[uint64]bool{0: true, 1: true}}
	root, both, err := c.meta()
	if err != nil {
		return err
	}
	if uint64(size) < c.pages*c.pageSize {
		return fmt.Errorf("%d bytes are missing at its end", c.pages*c.pageSize-uint64(size))
	}
	if err := c.tree(root, nil, nil); err != nil || both {
		return err
	}
	return ErrOneMeta
}

// ErrOneMeta says that only one of the two meta pages is whole, so the last transaction may be missing. A crash in the
// middle of a write does not do that: disks write more at once than a meta page has.
var ErrOneMeta = errors.New("one of its meta pages is damaged: what was written last may be missing")

type pageChecker struct {
	file     io.ReaderAt
	pageSize uint64
	pages    uint64 // in use or free
	seen     map[uint64]bool
}

// Flags of pages and elements, and what is where.
const (
	branchPage    = 0x01
	leafPage      = 0x02
	bucketElement = 0x01

	pageHeader   = 16
	elementSize  = 16
	bucketHeader = 16
	metaSize     = 64 // without its checksum: 56
)

var order = binary.NativeEndian

// meta reads the newer of the two meta pages that is whole, as bbolt does, and
// returns the page of the root bucket, and whether both are whole.
func (c *pageChecker) meta() (root uint64, both bool, err error) {
	var newest uint64
	found := 0
	for id := range uint64(2) {
		b := make([]byte, pageHeader+metaSize)
		if _, err := c.file.ReadAt(b, int64(id*c.pageSize)); err != nil {
			return 0, false, fmt.Errorf("page %d: %w", id, err)
		}
		b = b[pageHeader:]
		sum := fnv.New64a()
		sum.Write(b[:metaSize-8])
		transaction := order.Uint64(b[48:])
		if sum.Sum64() != order.Uint64(b[56:]) {
			continue
		}
		if found++; found == 1 || transaction > newest {
			newest, root, c.pages = transaction, order.Uint64(b[16:]), order.Uint64(b[40:])
		}
	}
	if found == 0 {
		return 0, false, errors.New("neither meta page is whole")
	}
	return root, found == 2, nil
}

// tree checks a page and those below it, whose keys are from first on and below
// end; nil is no bound.
func (c *pageChecker) tree(id uint64, first, end []byte) error {
	page, err := c.read(id)
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	leaf := order.Uint16(page[8:]) == leafPage
	elements, err := parseElements(page, leaf)
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	for i, e := range elements {
		next := end
		if i+1 < len(elements) {
			next = elements[i+1].key
		}
		outside := bytes.Compare(e.key, first) < 0 || next != nil && bytes.Compare(e.key, next) >= 0
		switch {
		case outside:
			return fmt.Errorf("page %d: its keys are not in order", id)
		case !leaf:
			err = c.tree(e.child, e.key, next)
		case e.bucket:
			err = c.bucket(e.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *pageChecker) bucket(header []byte) error {
	if len(header) < bucketHeader {
		return fmt.Errorf("a bucket's header is cut off")
	}
	if root := order.Uint64(header); root != 0 {
		return c.tree(root, nil, nil)
	}
	page := header[bucketHeader:]
	if len(page) < pageHeader || order.Uint16(page[8:]) != leafPage {
		return fmt.Errorf("a small bucket has no page")
	}
	elements, err := parseElements(page, true)
	for i, e := range elements {
		if e.bucket || i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0 {
			return fmt.Errorf("a small bucket's keys are not in order")
		}
	}
	return err
}

// read returns a branch or leaf page that has not been read before.
func (c *pageChecker) read(id uint64) ([]byte, error) {
	if id >= c.pages {
		return nil, fmt.Errorf("the file has only %d pages", c.pages)
	}
	header := make([]byte, pageHeader)
	if _, err := c.file.ReadAt(header, int64(id*c.pageSize)); err != nil {
		return nil, err
	}
	flags, overflow := order.Uint16(header[8:]), uint64(order.Uint32(header[12:]))
	switch {
	case order.Uint64(header) != id || flags != branchPage && flags != leafPage:
		return nil, fmt.Errorf("it is something else")
	case id+overflow >= c.pages:
		return nil, fmt.Errorf("it goes beyond the end of the file")
	}
	for i := id; i <= id+overflow; i++ {
		if c.seen[i] {
			return nil, fmt.Errorf("it is used twice")
		}
		c.seen[i] = true
	}
	page := make([]byte, (overflow+1)*c.pageSize)
	_, err := c.file.ReadAt(page, int64(id*c.pageSize))
	return page, err
}

// element is an entry of a page.
type element struct {
	key    []byte
	child  uint64 // of a branch
	value  []byte // of a leaf
	bucket bool
}

func parseElements(page []byte, leaf bool) ([]element, error) {
	count := int(order.Uint16(page[10:]))
	if count == 0 && !leaf {
		return nil, fmt.Errorf("it leads nowhere")
	}
	if pageHeader+count*elementSize > len(page) {
		return nil, fmt.Errorf("its entries do not fit")
	}
	elements := make([]element, count)
	for i := range elements {
		rest := page[pageHeader+i*elementSize:] // positions count from the entry
		e, at, keySize, valueSize := &elements[i], uint64(order.Uint32(rest)), uint64(order.Uint32(rest[4:])), uint64(0)
		if leaf {
			e.bucket = order.Uint32(rest)&bucketElement != 0
			at, keySize, valueSize = keySize, uint64(order.Uint32(rest[8:])), uint64(order.Uint32(rest[12:]))
		} else {
			e.child = order.Uint64(rest[8:])
		}
		if at+keySize+valueSize > uint64(len(rest)) {
			return nil, fmt.Errorf("entry %d goes beyond its end", i)
		}
		e.key, e.value = rest[at:at+keySize], rest[at+keySize:at+keySize+valueSize]
	}
	return elements, nil
}
