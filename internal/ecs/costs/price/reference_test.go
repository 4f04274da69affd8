package price

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/prices.md")

const aboutPrices = `# Prices

<!-- written by make generate -->

The list prices of the program's own table, in US dollars, with the source and the date of each. They are without free tier,
tax, discounts and Savings Plans. [Costs](../guide/costs.md) are counted with them, and with [your own](../guide/costs.md#prices-of-your-own)
where you give some. The names are members of that file. Nothing is fetched, and no region or architecture stands for another: what is
not here has no price.

P is AWS's price list as a public file quotes it, A is AWS's own page, and Q is a public table that names no list behind it.
Of an EC2 family the other sizes cost by their vCPUs what ` + "`large`" + ` costs (Q), but for sizes of burstable families that have no
more vCPUs than it.
`

// page is docs/reference/prices.md: a part for each source.
func page() string {
	var b strings.Builder
	b.WriteString(aboutPrices)
	byOrigin := map[*Origin][]string{}
	for _, region := range slices.Sorted(maps.Keys(Default().figures)) {
		for _, what := range slices.Sorted(maps.Keys(Default().figures[region])) {
			usd := strconv.FormatFloat(float64(Default().figures[region][what])/Nano, 'f', -1, 64)
			origin := OriginOf(region, what)
			byOrigin[origin] = append(byOrigin[origin], fmt.Sprintf("| %s | `%s` | %s |\n", region, what, usd))
		}
	}
	for _, origin := range origins() {
		floats := ""
		if origin.Floating {
			floats = " These prices float."
		}
		fmt.Fprintf(&b, "\n**%s, as of %s**: %s.%s\n\n| Region | Price | USD |\n| --- | --- | --- |\n%s", origin.Mark, origin.AsOf, origin.Source, floats, strings.Join(byOrigin[origin], ""))
	}
	return b.String()
}

// TestReferenceHasThePrices holds docs/reference/prices.md against the table; with -update it writes the page.
func TestReferenceHasThePrices(t *testing.T) {
	const path = "../../../../docs/reference/prices.md"
	if *update {
		if err := os.WriteFile(path, []byte(page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if is, err := os.ReadFile(path); err != nil || string(is) != page() {
		t.Fatalf("%s is behind the table (%v): run make generate", path, err)
	}
}
