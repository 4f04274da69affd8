package price

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prices.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAFileCoversWhatItHas, and the rest stays as the program has it.
func TestAFileCoversWhatItHas(t *testing.T) {
	path := written(t, `{"source": "our contract", "asOf": "2026-10-01", "currency": "USD", "regions": {
		"us-east-1": {"FARGATE": {"X86_64": {"vCPUHour": 0.03}}, "EC2": {"m5.large": 0.08, "mine.big": 1}},
		"eu-west-1": {"natGatewayHour": 0.048}}}`)
	p, err := ReadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	vcpu, _ := p.VCPUHour("us-east-1", "FARGATE", "X86_64")
	gb, _ := p.GBHour("us-east-1", "FARGATE", "X86_64")
	nat, _ := p.NATGatewayHour("eu-west-1")
	if vcpu != 30_000_000 || gb != 4_445_000 || nat != 48_000_000 {
		t.Errorf("got %d, %d, %d", vcpu, gb, nat)
	}
	for name, want := range map[string]int64{"m5.large": 80_000_000, "m5.xlarge": 160_000_000, "c5.large": 85_000_000, "mine.big": Nano} {
		if got, found := p.InstanceHour("us-east-1", name); !found || got != want {
			t.Errorf("%s: got %d, %v, want %d", name, got, found, want)
		}
	}
	if p.File() != path || p.AsOf() != "2026-10-01" || !strings.HasPrefix(p.Source(), "our contract; for all else AWS's price list") {
		t.Errorf("got %q, %q, %q", p.File(), p.AsOf(), p.Source())
	}
	if vcpu, _ := Default().VCPUHour("us-east-1", "FARGATE", "X86_64"); vcpu != 40_480_000 || Default().File() != "" {
		t.Errorf("the file has changed the program's own table: %d", vcpu)
	}
}

// TestAFileThatIsWrong names itself and the place.
func TestAFileThatIsWrong(t *testing.T) {
	in := func(region string) string { return `{"currency": "USD", "regions": {"us-east-1": ` + region + `}}` }
	for text, want := range map[string]string{
		``:                     `1:1: no JSON: unexpected end of JSON input`,
		`{"currency": "USD",`:  `1:20: no JSON: unexpected end of JSON input`,
		"{\n  \"é\": 1,\n  x}": `3:3: no JSON: invalid character 'x' looking for beginning of object key string`,
		`{} {}`:                `1:4: no JSON: invalid character '{' after top-level value`,
		`[]`:                   `1:1: the table is no object, but JSON's list`,
		`{}`:                   `1:1: currency is missing: the table needs "currency": "USD"`,
		`{"currency": "EUR"}`:  `1:14: currency "EUR" is not USD, in which all costs are`,
		`{"currency": 1}`:      `1:14: currency is no string, but JSON's number`,
		`{"currency": "USD"}`:  `1:1: regions is missing: the table needs the prices of one`,
		`{"currency": "USD", "regions": {"us-esat": {}}}`:     `1:33: "us-esat" is no region such as us-east-1`,
		`{"currency": "USD", "regions": {}, "asOf": "today"}`: `1:44: asOf "today" is no date such as 2026-09-29`,
		"{\"currency\": \"USD\",\n\t\"region\": {}}":          `2:2: the table has no member "region", but asOf, currency, regions, source`,
		in(`{"FARGATE": {"X86_64": {"vCPUSecond": 0.1}}}`):    `1:70: X86_64 has no member "vCPUSecond", but gbHour, vCPUHour`,
		in("{\n\"FARGATE\": {\"X86_64\": {\"é\": 1}}}"):       `2:24: X86_64 has no member "é", but gbHour, vCPUHour`,
		in(`{"FARGATE": {"X86_64": {"vCPUHour": -0.04}}}`):    `1:82: vCPUHour -0.04 is negative`,
		in(`{"FARGATE": {"X86_64": {"vCPUHour": "0.04"}}}`):   `1:82: vCPUHour is no number of dollars such as 0.04048, but JSON's string`,
		in(`{"FARGATE": {"X86_64": 0.04}}`):                   `1:69: X86_64 is no object, but JSON's number`,
		in(`{"EC2": {"m5.large": 1e9}}`):                      `1:67: m5.large 1e9 is more than 1000000 dollars`,
		in(`{"logsGB": null}`):                                `1:57: logsGB is no number of dollars such as 0.04048, but JSON's null`,
		in(`{"logsGB": 1, "logsGB": 2}`):                      `1:60: member "logsGB" is there twice`,
		in(`null`):                                            `1:46: us-east-1 is no object, but JSON's null`,
		strings.Repeat("[", 40) + strings.Repeat("]", 40):     `1:33: it nests more than 32 deep`,
		in(`{"EC2": ` + strings.Repeat("[", 99_999)):          `no JSON: `,
	} {
		path := written(t, text)
		if p, err := ReadFile(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.60s: got %v, %.200v\nwant %s", text, p, err, want)
		}
	}
}

// TestTheFileOfTheGuide: the one in docs/guide/costs.md can be read, and with a slip it has the error that the guide shows.
func TestTheFileOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../../../docs/guide/costs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, from, _ := strings.Cut(string(guide), "```json\n")
	file, after, _ := strings.Cut(from, "```")
	p, err := ReadFile(t.Context(), written(t, file))
	if err != nil {
		t.Fatal(err)
	}
	if xlarge, found := p.InstanceHour("eu-central-1", "m5.xlarge"); !found || xlarge != 230_000_000 {
		t.Errorf("got %d, %v", xlarge, found)
	}
	path := written(t, strings.Replace(file, "vCPUHour", "vCPUSecond", 1))
	_, err = ReadFile(t.Context(), path)
	if err == nil || !strings.Contains(after, strings.ReplaceAll(err.Error(), path, "prices.json")) {
		t.Errorf("got %v", err)
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "is a directory", filepath.Join(dir, "none.json"): "no such file"} {
		if _, err := ReadFile(t.Context(), path); err == nil || !strings.Contains(err.Error(), "read prices: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	large := filepath.Join(dir, "large.json")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(t.Context(), large); err == nil || !strings.Contains(err.Error(), "it has more than 16 MiB") {
		t.Errorf("got %v", err)
	}
}

// FuzzRead: any text is a table or an error with a place, and no figure is negative.
func FuzzRead(f *testing.F) {
	f.Add(`{"source": "x", "asOf": "2026-10-01", "currency": "USD", "regions": {"us-east-1": {"FARGATE": {"ARM64": {"gbHour": 0.1}}, "logsGB": 1}}}`)
	f.Add(offerFile("us-east-1", "USE1-"))
	f.Add(`{"currency": "USD", "regions": {"us-east-1": {"EC2": {"": 1e-9}}}}`)
	f.Add(`{"products": {"A": {"attributes": {"usagetype": "Fargate-GB-Hours"}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := read([]byte(text))
		if err != nil {
			placed := (*placedError)(nil)
			if !errors.As(err, &placed) || placed.line < 1 || placed.column < 1 || placed.line > 1+strings.Count(text, "\n") {
				t.Fatalf("%v", err)
			}
			return
		}
		for region, figures := range p.figures {
			for what, nano := range figures {
				if nano < 0 || nano > most*Nano {
					t.Fatalf("%s %s costs %d", region, what, nano)
				}
			}
		}
	})
}
