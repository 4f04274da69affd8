package price

import (
	"math/big"
	"regexp"
	"strings"
)

// usage is a kind of usage that AWS bills, as its price list names it.
type usage struct {
	what What
	unit string
}

// usages are the kinds of Fargate with Linux, by the end of the usage type; the beginning differs by region: USE1-, EUC1-. Source:
// recorded answers of GetProducts for AmazonECS in us-east-1, published 2022-11-21.
var usages = map[string]usage{
	"Fargate-vCPU-Hours:perCPU":         {"FARGATE/X86_64/vCPUHour", "hours"},
	"Fargate-GB-Hours":                  {"FARGATE/X86_64/gbHour", "hours"},
	"Fargate-ARM-vCPU-Hours:perCPU":     {"FARGATE/ARM64/vCPUHour", "hours"},
	"Fargate-ARM-GB-Hours":              {"FARGATE/ARM64/gbHour", "hours"},
	"Fargate-EphemeralStorage-GB-Hours": {"FARGATE/storageGBHour", "GB-Hours"},
}

// usagePrefix is what stands for the region in a usage type.
var usagePrefix = regexp.MustCompile(`^[A-Z]+[0-9]*-`)

// readOffer reads the file that AWS offers for AmazonECS in a region. It has far more members than are used here.
func readOffer(d *document, root *node) (*Table, error) {
	t := &Table{figures: map[string]map[What]int64{}}
	code, err := d.optional(root, "offerCode")
	if err != nil {
		return nil, err
	}
	if code != "AmazonECS" {
		return nil, d.wrong(at(root.get("offerCode"), root), "offerCode %q is not AmazonECS, the only offer that is read here", code)
	}
	published, err := d.optional(root, "publicationDate")
	if err != nil {
		return nil, err
	}
	t.asOf, _, _ = strings.Cut(published, "T")
	t.source = "AWS's price list of AmazonECS"
	products, err := d.child(root, "products")
	if err != nil {
		return nil, err
	}
	for _, sku := range products.names {
		if err := d.product(root, sku, products.get(sku), t); err != nil {
			return nil, err
		}
	}
	if len(t.figures) == 0 {
		return nil, d.wrong(products.at, "no product is a usage of Fargate with Linux")
	}
	return t, nil
}

// product reads the price of a product, if it is one that is counted.
func (d *document) product(root *node, sku string, product *node, t *Table) error {
	attributes, err := d.child(product, "attributes")
	if err != nil {
		return err
	}
	kind, err := d.optional(attributes, "usagetype")
	if err != nil {
		return err
	}
	counted, is := usages[usagePrefix.ReplaceAllString(kind, "")]
	if !is {
		return nil
	}
	region, err := d.optional(attributes, "regionCode")
	if err != nil {
		return err
	}
	if !regionName.MatchString(region) {
		return d.wrong(at(attributes.get("regionCode"), attributes), "%s: regionCode %q is no region such as us-east-1", kind, region)
	}
	nano, err := d.onDemand(root, sku, kind, counted.unit)
	if err != nil {
		return err
	}
	if t.figures[region] == nil {
		t.figures[region] = map[What]int64{}
	}
	if known, is := t.figures[region][counted.what]; is && known != nano {
		return d.wrong(product.at, "%s has two prices in %s: %v and %v dollars", kind, region, Dollars(big.NewInt(known)), Dollars(big.NewInt(nano)))
	}
	t.figures[region][counted.what] = nano
	return nil
}

// onDemand is the price of a product in its one dimension.
func (d *document) onDemand(root *node, sku, kind, unit string) (int64, error) {
	term, err := d.child(root, "terms", "OnDemand", sku, "*", "priceDimensions", "*")
	if err != nil {
		return 0, err
	}
	switch given, err := d.optional(term, "unit"); {
	case err != nil:
		return 0, err
	case given != unit:
		return 0, d.wrong(at(term.get("unit"), term), "%s: unit %q is not %s", kind, given, unit)
	}
	prices, err := d.child(term, "pricePerUnit")
	if err != nil {
		return 0, err
	}
	if prices.get("USD") == nil {
		return 0, d.wrong(prices.at, "%s has no price in USD, but in %s", kind, strings.Join(prices.names, ", "))
	}
	dollars, err := d.optional(prices, "USD")
	if err != nil {
		return 0, err
	}
	nano, err := readAmount(dollars)
	if err != nil {
		return 0, d.wrong(prices.get("USD").at, "%s: %q %v", kind, dollars, err)
	}
	return nano, nil
}

// child is the object at a path. A member * stands for the only one that there is.
func (d *document) child(n *node, path ...string) (*node, error) {
	for _, name := range path {
		if n.kind != "object" {
			return nil, d.wrong(n.at, "where an object with %s belongs stands JSON's %s", name, n.kind)
		}
		if name == "*" && len(n.names) != 1 {
			return nil, d.wrong(n.at, "it has %d members where a usage of Fargate has one", len(n.names))
		} else if name == "*" {
			name = n.names[0]
		}
		inner := n.get(name)
		if inner == nil {
			return nil, d.wrong(n.at, "%s is missing", name)
		}
		n = inner
	}
	if n.kind != "object" {
		return nil, d.wrong(n.at, "%s is no object, but JSON's %s", path[len(path)-1], n.kind)
	}
	return n, nil
}

// at is where a value begins, or else the object that lacks it.
func at(n, object *node) int {
	if n == nil {
		return object.at
	}
	return n.at
}
