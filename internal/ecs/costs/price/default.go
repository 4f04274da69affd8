package price

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

var (
	//go:embed table.json
	tableJSON []byte
	//go:embed sources.json
	sourcesJSON []byte
)

// Default is the table that the program has, in the form of --prices.
var Default = sync.OnceValue(func() *Table {
	t, err := read(tableJSON)
	if err != nil {
		panic(fmt.Sprintf("table.json:%v", err)) // cannot be: a test reads it
	}
	return t
})

// Origin is where figures of the program's table come from.
type Origin struct {
	// Mark is P for AWS's price list as a public file quotes it, G for a recorded answer of the pricing API, A for AWS's own
	// page, and Q for public tables that name no list behind them.
	Mark   string `json:"mark"`
	AsOf   string `json:"asOf"` // a year, a month or a day
	Source string `json:"source"`
	// Floating is of prices that change through the day.
	Floating bool     `json:"floating"`
	Of       []string `json:"of"` // region/what, or the beginning of it
}

var origins = sync.OnceValue(func() (list []*Origin) {
	if err := json.Unmarshal(sourcesJSON, &list); err != nil {
		panic(fmt.Sprintf("sources.json: %v", err)) // cannot be: a test reads it
	}
	return list
})

// OriginOf is where a figure of the program's table comes from: what the longest beginning of it says. It is nil of a figure
// that the table does not have.
func OriginOf(region string, what What) *Origin {
	if _, has := Default().figures[region][what]; !has {
		return nil
	}
	longest, found := "", (*Origin)(nil)
	for _, origin := range origins() {
		for _, of := range origin.Of {
			if strings.HasPrefix(region+"/"+string(what)+"/", of+"/") && len(of) > len(longest) {
				longest, found = of, origin
			}
		}
	}
	return found
}
