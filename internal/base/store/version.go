package store

import (
	"slices"
	"strings"

	"github.com/tidwall/btree"
)

// version is the rows of all tables after some transaction, by the number of the
// table. It never changes: the next one shares with it the tables that it does not
// write to, and most of the nodes of the trees of those that it does.
type version []*rows

// rows are the rows of one table in one version, in the order of their keys, and for
// each index in the order of its values.
type rows struct {
	byKey   *tree
	indexes []*tree // a key is that of the row after the value, see indexKey
}

type tree = btree.Map[string, any]

// degree is half of how many rows a node of a tree has. Larger nodes are found
// sooner; smaller ones are copied faster when a transaction writes to them.
const degree = 8

func newVersion() version {
	v := make(version, len(tables))
	for _, t := range tables {
		v[t.number] = newRows(t)
	}
	return v
}

func newRows(t *table) *rows {
	r := &rows{byKey: btree.NewMap[string, any](degree)}
	for range t.indexes {
		r.indexes = append(r.indexes, btree.NewMap[string, any](degree))
	}
	return r
}

func (r *rows) copy() *rows {
	c := &rows{r.byKey.Copy(), slices.Clone(r.indexes)}
	for i, index := range c.indexes {
		c.indexes[i] = index.Copy()
	}
	return c
}

// put writes a row, or removes it where row is nil, and returns the one before.
func (r *rows) put(t *table, key string, row any) (before any) {
	if row != nil {
		before, _ = r.byKey.Set(key, row)
	} else {
		before, _ = r.byKey.Delete(key)
	}
	for i, value := range t.indexes {
		from, to := indexKey(value, key, before), indexKey(value, key, row)
		if from != "" && from != to {
			r.indexes[i].Delete(from)
		}
		if to != "" {
			r.indexes[i].Set(to, row)
		}
	}
	return before
}

// indexKey is the key of a row in an index, or empty if it is not in it.
func indexKey(value func(row any) string, key string, row any) string {
	if row == nil {
		return ""
	}
	v := value(row)
	if v == "" {
		return ""
	}
	return v + "\x00" + key
}

// ascend goes through what starts with prefix, in order, until yield returns false.
func ascend(t *tree, prefix string, yield func(row any) bool) {
	t.Ascend(prefix, func(key string, row any) bool {
		return strings.HasPrefix(key, prefix) && yield(row)
	})
}

// descend is ascend from the last one. No key has the byte 0xff, which UTF-8 does
// not use.
func descend(t *tree, prefix string, yield func(row any) bool) {
	t.Descend(prefix+"\xff", func(key string, row any) bool {
		return strings.HasPrefix(key, prefix) && yield(row)
	})
}
