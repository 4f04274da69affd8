package price

import (
	"fmt"
	"strings"
	"testing"
)

// product is one of an offer file, with the members that AWS's have.
func product(sku, region, usage, unit, dollars string) (products, terms string) {
	return fmt.Sprintf(`"%[1]s": {"sku": "%[1]s", "productFamily": "Compute", "attributes": {"servicecode": "AmazonECS", "regionCode": "%[2]s", "usagetype": "%[3]s", "operation": ""}}`, sku, region, usage),
		fmt.Sprintf(`"%[1]s": {"%[1]s.JRTCKXETXF": {"offerTermCode": "JRTCKXETXF", "sku": "%[1]s", "effectiveDate": "2026-09-01T00:00:00Z", "termAttributes": {},
			"priceDimensions": {"%[1]s.JRTCKXETXF.6YS6EN2CT7": {"rateCode": "x", "beginRange": "0", "endRange": "Inf", "unit": "%[2]s", "appliesTo": [], "pricePerUnit": {"USD": "%[3]s"}}}}}`, sku, unit, dollars)
}

// offerFile is the file that AWS offers for AmazonECS in a region, in small. It has the form of recorded answers; figures are
// made up. Windows, ECS Anywhere and tasks on EC2 are not to be read.
func offerFile(region, prefix string) string {
	var products, terms []string
	for n, p := range [][3]string{
		{"Fargate-vCPU-Hours:perCPU", "hours", "0.0500000000"}, {"Fargate-GB-Hours", "hours", "0.0060000000"},
		{"Fargate-ARM-vCPU-Hours:perCPU", "hours", "0.0400000000"}, {"Fargate-ARM-GB-Hours", "hours", "0.0050000000"},
		{"Fargate-EphemeralStorage-GB-Hours", "GB-Hours", "0.0001500000"}, {"Fargate-Windows-vCPU-Hours:perCPU", "hours", "0.0900000000"},
		{"Fargate-Windows-GB-Hours", "hours", "0.0100000000"}, {"ECS-EC2-GB-Hours", "GB-Hours", "0.0000000000"},
		{"ECS-Anywhere-Instance-hours", "hours", "0.0102500000"},
	} {
		product, term := product(fmt.Sprint("SKU", n), region, prefix+p[0], p[1], p[2])
		products, terms = append(products, product), append(terms, term)
	}
	return fmt.Sprintf(`{"formatVersion": "v1.0", "disclaimer": "…", "offerCode": "AmazonECS", "version": "20260911000000", "publicationDate": "2026-09-11T18:21:30Z",
		"products": {%s},
		"terms": {"OnDemand": {%s}}, "attributesList": {}}`, strings.Join(products, ",\n"), strings.Join(terms, ",\n"))
}

func TestAWSsOfferFile(t *testing.T) {
	for region, prefix := range map[string]string{"us-east-1": "USE1-", "eu-central-1": "EUC1-", "eu-west-1": "EU-", "us-west-2": ""} {
		p, err := ReadFile(t.Context(), written(t, offerFile(region, prefix)))
		if err != nil {
			t.Fatal(err)
		}
		vcpu, _ := p.VCPUHour(region, "FARGATE", "X86_64")
		gb, _ := p.GBHour(region, "FARGATE", "X86_64")
		arm, _ := p.VCPUHour(region, "FARGATE", "ARM64")
		armGB, _ := p.GBHour(region, "FARGATE", "ARM64")
		storage, _ := p.StorageGBHour(region, "FARGATE")
		if vcpu != 50_000_000 || gb != 6_000_000 || arm != 40_000_000 || armGB != 5_000_000 || storage != 150_000 {
			t.Errorf("%s: got %d, %d, %d, %d, %d", region, vcpu, gb, arm, armGB, storage)
		}
		if p.AsOf() != "2026-09-11" || !strings.HasPrefix(p.Source(), "AWS's price list of AmazonECS; ") {
			t.Errorf("got %q, %q", p.AsOf(), p.Source())
		}
		if elsewhere, _ := p.VCPUHour("ap-northeast-1", "FARGATE", "X86_64"); elsewhere != 50_560_000 {
			t.Errorf("elsewhere %d", elsewhere)
		}
	}
}

func TestAnOfferFileThatIsWrong(t *testing.T) {
	whole := offerFile("us-east-1", "USE1-")
	for name, c := range map[string]struct{ old, becomes, want string }{
		"of EC2":        {`"offerCode": "AmazonECS"`, `"offerCode": "AmazonEC2"`, `1:59: offerCode "AmazonEC2" is not AmazonECS`},
		"no code":       {`"offerCode": "AmazonECS", `, ``, `1:1: offerCode "" is not AmazonECS`},
		"unit":          {`"unit": "hours"`, `"unit": "seconds"`, `: USE1-Fargate-vCPU-Hours:perCPU: unit "seconds" is not hours`},
		"currency":      {`{"USD": "0.05`, `{"CNY": "0.05`, `: USE1-Fargate-vCPU-Hours:perCPU has no price in USD, but in CNY`},
		"negative":      {`{"USD": "0.05`, `{"USD": "-0.05`, `: USE1-Fargate-vCPU-Hours:perCPU: "-0.0500000000" is negative`},
		"no number":     {`{"USD": "0.05`, `{"USD": "x0.05`, `: USE1-Fargate-vCPU-Hours:perCPU: "x0.0500000000" is no number of dollars`},
		"region":        {`"regionCode": "us-east-1"`, `"regionCode": "here"`, `2:125: USE1-Fargate-vCPU-Hours:perCPU: regionCode "here" is no region`},
		"no attributes": {`"attributes": {`, `"attribute": {`, `2:24: attributes is missing`},
		"no terms":      {`"OnDemand"`, `"Reserved"`, `OnDemand is missing`},
		"no term":       {`"SKU0": {"SKU0.`, `"SKUX": {"SKU0.`, `SKU0 is missing`},
		"two terms":     {`{"SKU0.JRTCKXETXF": {`, `{"more": {}, "SKU0.JRTCKXETXF": {`, `it has 2 members where a usage of Fargate has one`},
		"two prices":    {`Fargate-Windows-GB-Hours`, `Fargate-GB-Hours`, `8:9: USE1-Fargate-GB-Hours has two prices in us-east-1: 0.006 and 0.01 dollars`},
		"no Fargate":    {`Fargate`, `Lambda`, `2:15: no product is a usage of Fargate with Linux`},
		"broken":        {`"attributesList"`, `attributesList`, `no JSON: invalid character 'a'`},
		"list":          {`"terms": {"OnDemand"`, `"terms": [], "x": {"OnDemand"`, `where an object with OnDemand belongs stands JSON's list`},
	} {
		times := 1
		if name == "no Fargate" {
			times = -1
		}
		text := strings.Replace(whole, c.old, c.becomes, times)
		if text == whole {
			t.Fatalf("%s: nothing is replaced", name)
		}
		if _, err := read([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", name, err, c.want)
		}
	}
}
