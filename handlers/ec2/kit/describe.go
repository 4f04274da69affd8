package kit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// valuesOf finds the values that a row has for a filter, none where EC2 knows the filter
// and no row here has a value; known is false if there is no such filter. The row may be
// one without anything. The filters are in the EC2 API reference.
type valuesOf[T any] func(row *T, filter string) (values []string, known bool)

// one is the value of a filter that a row has one value for.
func one(value *string) ([]string, bool) { return []string{aws.ToString(value)}, true }

// OneOf is one for a value that every row has.
func OneOf[S ~string](value S) ([]string, bool) { return []string{string(value)}, true }

// Each has a value for each of the parts of a row.
func Each[P any](parts []P, value func(part *P) string) ([]string, bool) {
	var values []string
	for i := range parts {
		values = append(values, value(&parts[i]))
	}
	return values, true
}

// TagValues knows the filters by tag.
func TagValues(tags []types.Tag, filter string) (values []string, known bool) {
	if filter == "tag-key" {
		return Each(tags, func(t *types.Tag) string { return *t.Key })
	}
	key, known := strings.CutPrefix(filter, "tag:")
	for _, tag := range tags {
		if known && *tag.Key == key {
			return one(tag.Value)
		}
	}
	return nil, known
}

// Listing is how resources of a kind are described, in the order of their ids.
type Listing[T any] struct {
	ID      string // the filter that has the id
	Values  valuesOf[T]
	Missing func(id string) error
	// Least and Most are the bounds of MaxResults; zero are the usual ones.
	Least, Most int32
	// Set is what the refusal to page through resources that are named calls these; empty: there
	// is no such refusal. Source: recorded answers (EC20010); the text is as for instances.
	Set string
}

// Asked is what a request asks for.
type Asked struct {
	filters    []types.Filter
	ids        []string
	maxResults *int32
	nextToken  *string
}

// Ask is what a request asks for: by filters, by ids, and which page.
func Ask(filters []types.Filter, ids []string, maxResults *int32, nextToken *string) Asked {
	return Asked{filters, ids, maxResults, nextToken}
}

// Of answers the part of all that is asked for, and the token of the next page.
func (l *Listing[T]) Of(all []T, asked Asked) ([]T, *string, error) {
	id := func(row T) string { values, _ := l.Values(&row, l.ID); return values[0] }
	found, err := Describe(all, asked.filters, asked.ids, l.ID, l.Values, l.Missing)
	if err != nil {
		return nil, nil, err
	}
	if l.Set != "" && asked.maxResults != nil && len(asked.ids) > 0 {
		return nil, nil, Refuse("InvalidParameterCombination", "The parameter %s cannot be used with the parameter maxResults", l.Set)
	}
	return Page(found, id, asked.maxResults, asked.nextToken, cmp.Or(l.Least, leastResults), cmp.Or(l.Most, mostResults))
}

// Describe picks the rows that were asked for: by id, each of which must exist, and
// by filters, in the memory of rows. The list is empty, not nil, where nothing is found.
func Describe[T any](rows []T, filters []types.Filter, ids []string, idName string, of valuesOf[T], missing func(id string) error) ([]T, error) {
	known := func(filter string) bool { _, known := of(new(T), filter); return known }
	values := func(i int, filter string) []string { values, _ := of(&rows[i], filter); return values }
	places, err := describe(len(rows), filters, ids, idName, known, values, missing)
	if err != nil {
		return nil, err
	}
	if rows == nil {
		rows = []T{}
	}
	found := rows[:0]
	for _, i := range places {
		found = append(found, rows[i])
	}
	return found, nil
}

// describe does it with the places of n rows, so that it is compiled once.
func describe(
	n int, filters []types.Filter, ids []string, idName string,
	known func(filter string) bool, values func(i int, filter string) []string, missing func(id string) error,
) (found []int, err error) {
	wanted, err := newFilterSet(filters, known)
	if err != nil {
		return nil, err
	}
	asked := map[string]bool{} // true when there is a row
	for _, id := range ids {
		asked[id] = false
	}
	for i := range n {
		id := values(i, idName)[0]
		if _, named := asked[id]; named || len(ids) == 0 {
			found, asked[id] = append(found, i), true
		}
	}
	for _, id := range ids {
		if !asked[id] {
			return nil, missing(id)
		}
	}
	return slices.DeleteFunc(found, func(i int) bool {
		return !wanted.match(func(filter string) []string { return values(i, filter) })
	}), nil
}

// AskedIDs are the ids that a request names, as such or in a filter.
func AskedIDs(ids []string, filters []types.Filter, idName string) []string {
	asked := slices.Clone(ids)
	for _, f := range filters {
		if aws.ToString(f.Name) == idName {
			asked = append(asked, f.Values...)
		}
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}
