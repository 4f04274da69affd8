package awsapi

import (
	"fmt"
	"slices"
	"strings"
)

// Compatibility is the service's part of COMPATIBILITY.md.
func (s Service) Compatibility() string {
	table := slices.Clone(s.Operations)
	slices.SortFunc(table, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
	count := map[Support]int{}
	for _, o := range table {
		count[o.Support]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", s.Title)
	if s.Complete {
		fmt.Fprintf(&b, "Of the %d operations of the AWS SDK for Go, %d work, %d work in part, and %d are not built.\n\n",
			len(table), count[works], count[partial], count[notBuilt])
	} else {
		fmt.Fprintf(&b, "These are built. Any other operation of %s answers 501 NotImplementedException.\n\n", s.Title)
	}
	b.WriteString("| Operation | Support | Note |\n| --- | --- | --- |\n")
	for _, o := range table {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", o.Name, o.Support, o.Note)
	}
	return b.String()
}
