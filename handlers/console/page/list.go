package page

import (
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
)

// MostRows is how many rows of a list a page has.
const MostRows = 100

// Paging says which rows of a list are shown.
type Paging struct {
	Total int
	shown int
	after bool   // the list does not begin with its first row
	next  string // the cursor of the rows that follow; empty: none do
	name  string
}

// List is the part of a list that the page shows: at most [MostRows], in an order, after the row that the parameter
// after names as "NAME/ID". Rows of an id that is not there are refused. A list of ten thousand is not sorted.
func List[T any](r *Request, name string, all []T, id func(T) string, before func(x, y T) int) (rows []T, _ Paging, err error) {
	places, p, err := r.list(name, len(all), func(i int) string { return id(all[i]) }, func(i, j int) int { return before(all[i], all[j]) })
	return at(all, places), p, err
}

// list does it with the places of n rows, so that it is compiled once.
func (r *Request) list(name string, n int, id func(i int) string, order func(i, j int) int) (shown []int, _ Paging, err error) {
	p := Paging{Total: n, name: name}
	r.lists = append(r.lists, name)
	left := every(n)
	if list, wanted, found := strings.Cut(r.Query.Get("after"), "/"); found && list == name {
		last := slices.IndexFunc(left, func(i int) bool { return id(i) == wanted })
		if last < 0 {
			return nil, p, Invalid("after=%s: the list has no such row (any more); leave it out for the first rows", r.Query.Get("after"))
		}
		left = slices.DeleteFunc(left, func(i int) bool { return order(i, last) <= 0 })
		p.after = true
	}
	shown = first(left, MostRows, order)
	if p.shown = len(shown); p.shown > 0 && len(left) > p.shown {
		p.next = name + "/" + id(shown[p.shown-1])
	}
	return shown, p, nil
}

// First returns the first n rows in an order.
func First[T any](all []T, n int, before func(x, y T) int) []T {
	return at(all, first(every(len(all)), n, func(i, j int) int { return before(all[i], all[j]) }))
}

// at returns the rows at some places. Lists are ordered by places, as each type of rows would add 5 kB to the program.
func at[T any](all []T, places []int) []T {
	rows := make([]T, 0, len(places))
	for _, i := range places {
		rows = append(rows, all[i])
	}
	return rows
}

// every is all places of a list.
func every(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	return places
}

// first returns the first n places in an order.
func first(all []int, n int, order func(i, j int) int) []int {
	found := make([]int, 0, min(n, len(all)))
	for _, i := range all {
		if len(found) == n {
			if order(found[n-1], i) <= 0 {
				continue
			}
			found = found[:n-1]
		}
		place, _ := slices.BinarySearchFunc(found, i, order)
		found = slices.Insert(found, place, i)
	}
	return found
}

// CheckCursor refuses a cursor of a list that the page does not have. The router calls it once the page has been read.
func (r *Request) CheckCursor() error {
	after := r.Query.Get("after")
	if name, _, _ := strings.Cut(after, "/"); after == "" || slices.Contains(r.lists, name) {
		return nil
	}
	there := "this page has none"
	if len(r.lists) > 0 {
		there = "the lists of this page are " + strings.Join(r.lists, ", ")
	}
	return Invalid("after=%s is the cursor of no list: %s; leave it out for the first rows", after, there)
}

// Pages leads to the other rows of a list.
func (r *Request) Pages(p Paging) g.Node {
	if p.next == "" && !p.after {
		return nil
	}
	return h.Nav(h.Class("pages"), h.Aria("label", "rows of "+p.name),
		h.Span(h.Text(fmt.Sprintf("%d of %d", p.shown, p.Total))),
		g.If(p.after, A("first rows", r.With())),
		g.If(p.next != "", A("next rows", r.With("after", p.next))))
}
