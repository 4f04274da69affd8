package query_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// everything has a member of each kind.
type everything struct {
	Name    *string
	Count   *int32
	Ratio   *float64
	Fast    bool
	Kind    kind
	Blob    []byte
	At      *time.Time
	Tags    []tag
	Flat    []string
	Nested  [][]string
	Others  []string
	Labels  map[string]string
	Options map[string]tag
	Inner   *everything
	Any     any // a union: not in Query
}

type (
	kind string
	tag  struct{ Key, Value *string }
)

var (
	aws = query.New(query.Rules{
		Names:   map[string]string{"everything.Kind": "type"},
		Flat:    map[string]bool{"everything.Flat": true, "everything.Options": true},
		Entries: map[string]string{"everything.Others": "item"},
	})
	ec2 = query.New(query.Rules{EC2: true, Names: map[string]string{"everything.Flat": "flat"}})
)

func ptr[T any](v T) *T { return &v }

func decode(c *query.Codec, text string) (in everything, err error) {
	form, err := query.Parse(text)
	if err != nil {
		return in, err
	}
	return in, c.Decode(form, &in)
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		codec *query.Codec
		form  string
		want  everything
	}{
		{aws, "", everything{}},
		{aws, "Action=X&Version=1&Unknown.member.1.A=2&Name=a+b%26c", everything{Name: ptr("a b&c")}},
		{aws, "Count=-1&Ratio=1.5&Fast=True&type=a&Blob=YQ%3D%3D&At=2026-01-02T03:04:05Z", everything{
			Count: ptr[int32](-1), Ratio: ptr(1.5), Fast: true, Kind: "a", Blob: []byte("a"), At: ptr(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		}},
		{aws, "Name=first&Name=second", everything{Name: ptr("first")}},
		{aws, "Name=", everything{Name: ptr("")}},
		{aws, "Tags.member.10.Key=c&Tags.member.9.Key=b&Tags.member.9.Value=v&Tags.member.1.Key=a", everything{
			Tags: []tag{{Key: ptr("a")}, {ptr("b"), ptr("v")}, {Key: ptr("c")}},
		}},
		{aws, "Tags=", everything{Tags: []tag{}}},
		{aws, "Others.item.1=a", everything{Others: []string{"a"}}},
		{aws, "Flat.2=b&Flat.1=a&Flat.member.3=c", everything{}}, // an error, see below
		{aws, "Flat.2=b&Flat.1=a", everything{Flat: []string{"a", "b"}}},
		{aws, "Nested.member.1.member.2=b&Nested.member.1.member.1=a&Nested.member.2.member.1=c", everything{Nested: [][]string{{"a", "b"}, {"c"}}}},
		{aws, "Labels.entry.1.key=a&Labels.entry.1.value=1&Labels.entry.2.key=b", everything{Labels: map[string]string{"a": "1", "b": ""}}},
		{aws, "Options.1.key=a&Options.1.value.Key=k", everything{Options: map[string]tag{"a": {Key: ptr("k")}}}},
		{aws, "Inner.Inner.Name=deep&Inner.Name=less", everything{Inner: &everything{Name: ptr("less"), Inner: &everything{Name: ptr("deep")}}}},
		{aws, "Name.1=x&Any=1", everything{}}, // parts of what has none
		{aws, "Tags.member.1-=x&Inner-=y&Inner.Name=n", everything{}},
		{ec2, "Tag.2.Key=b&Tag.1.Key=a&Flat.1=x&Kind=k", everything{Tags: []tag{{Key: ptr("a")}, {Key: ptr("b")}}, Flat: []string{"x"}, Kind: "k"}},
		{ec2, "Nested.1.1=a&Nested.1.2=b", everything{Nested: [][]string{{"a", "b"}}}},
	} {
		got, err := decode(c.codec, c.form)
		if wrong := strings.Contains(c.form, "Flat.member") || strings.Contains(c.form, "1-="); wrong {
			var mistyped *query.TypeError
			if !errors.As(err, &mistyped) {
				t.Errorf("%s: %v", c.form, err)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", c.form, err, diff)
		}
		values := url.Values{}
		c.codec.Form(values, &got)
		again, err := decode(c.codec, values.Encode())
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s: its form is %s: %v\n%s", c.form, values.Encode(), err, diff)
		}
	}
}

func TestWhatCannotBeDecoded(t *testing.T) {
	for form, want := range map[string]string{
		"Count=many":                        `the value "many" of the parameter Count is not an integer`,
		"Count=3000000000":                  `the value "3000000000" of the parameter Count is not an integer`,
		"Ratio=x":                           `the value "x" of the parameter Ratio is not a number`,
		"Fast=yes":                          `the value "yes" of the parameter Fast is not true or false`,
		"Blob=%25":                          `the value "%" of the parameter Blob is not in base64`,
		"At=yesterday":                      `the value "yesterday" of the parameter At is not a timestamp`,
		"Tags=a":                            `the value "a" of the parameter Tags is not a list or structure`,
		"Tags.member.x.Key=a":               `the value "x" of the parameter Tags.member.x.Key is not a number of an entry`,
		"Tags.member.99999999999999999999=": `the value "99999999999999999999" of the parameter Tags.member.99999999999999999999 is not a number of an entry`,
		"Inner.Count=many":                  `the value "many" of the parameter Inner.Count is not an integer`,
		"Name=%ff":                          `the value "\xff" of the parameter Name is not in UTF-8`,
		"Labels.entry.1.key=%ff":            `the value "\xff" of the parameter Labels.entry.1.key is not in UTF-8`,
		"Name=%zz":                          `malformed parameter "Name=%zz"`,
	} {
		if _, err := decode(aws, form); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", form, err, want)
		}
	}
}

// The number of an entry says nothing of how many there are, and a key may be as long as a
// request.
func TestHostileForms(t *testing.T) {
	got, err := decode(aws, "Tags.member.2000000000.Key=a")
	if err != nil || len(got.Tags) != 1 {
		t.Errorf("got %d tags, %v", len(got.Tags), err)
	}
	if _, err := decode(aws, strings.Repeat("Inner.", 200_000)+"Name=x"); err != nil {
		t.Error(err)
	}
	var many strings.Builder
	for i := range 100_000 {
		many.WriteString("Tags.member." + string(rune('0'+i%10)) + "=&x" + string(rune('a'+i%26)) + "=&")
	}
	if _, err := decode(aws, many.String()); err != nil { // not in quadratic time
		t.Error(err)
	}
}

func TestEncode(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	for _, c := range []struct {
		codec *query.Codec
		out   everything
		want  string // without what an empty answer has
	}{
		{aws, everything{Name: ptr("a<b>&\"c\"\r\n\x00\xff☃"), Count: ptr[int32](0), Fast: true, Kind: "k"},
			"<Name>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\n\uFFFD\uFFFD☃</Name><Count>0</Count><Fast>true</Fast><type>k</type>"},
		{aws, everything{Ratio: ptr(math.Inf(-1)), Blob: []byte("a"), At: &at, Inner: &everything{}},
			"<Ratio>-Infinity</Ratio><Blob>YQ==</Blob><At>2026-01-02T02:04:05Z</At><Inner></Inner>"},
		{aws, everything{At: ptr(at.Add(7 * time.Millisecond))}, "<At>2026-01-02T02:04:05.007Z</At>"},
		{aws, everything{Tags: []tag{{Key: ptr("a")}, {}}, Flat: []string{"a", "b"}, Nested: [][]string{{"c"}, nil}},
			"<Tags><member><Key>a</Key></member><member></member></Tags><Flat>a</Flat><Flat>b</Flat>" +
				"<Nested><member><member>c</member></member><member></member></Nested>"},
		{aws, everything{Others: []string{"a"}}, "<Others><item>a</item></Others>"},
		{aws, everything{Labels: map[string]string{"b": "2", "a": "<"}, Options: map[string]tag{"x": {Value: ptr("v")}}},
			"<Labels><entry><key>a</key><value>&lt;</value></entry><entry><key>b</key><value>2</value></entry></Labels>" +
				"<Options><key>x</key><value><Value>v</Value></value></Options>"},
		{ec2, everything{Name: ptr("a"), At: &at, Tags: []tag{{Key: ptr("k")}}, Flat: []string{"f"}},
			"<name>a</name><at>2026-01-02T02:04:05.000Z</at><tagSet><item><key>k</key></item></tagSet><flat><item>f</item></flat>"},
	} {
		got := string(c.codec.Append(nil, &c.out))
		for _, silent := range []string{"<Tags></Tags>", "<Nested></Nested>", "<Fast>false</Fast>", "<nestedSet></nestedSet>", "<fast>false</fast>", "<Others></Others>", "<otherSet></otherSet>"} {
			got = strings.ReplaceAll(got, silent, "")
		}
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// An answer that has found nothing says so; a row without tags has no list of them.
func TestEmptyLists(t *testing.T) {
	type answer struct{ Rows []everything }
	if got := string(ec2.Append(nil, &answer{})); got != "<rowSet></rowSet>" {
		t.Errorf("got %s", got)
	}
	got := string(ec2.Append(nil, &answer{Rows: []everything{{Flat: []string{}}}}))
	if want := "<rowSet><item><fast>false</fast><flat></flat></item></rowSet>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, none := range []any{nil, (*answer)(nil)} {
		if got := ec2.Append(nil, none); len(got) > 0 {
			t.Errorf("got %s", got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"Name=a&Tags.member.1.Key=b", "Labels.entry.1.key=&Labels.entry.1.value", "Inner.Inner.Tags.member.1", "Flat.1=&Flat.1.1=",
		"Nested.member.1.member=x", "..=.&Tags..=&.Tags.=", "Options.1.value.Value=%00&At=0", "Tag.1.Key=&Nested.1.1=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []*query.Codec{aws, ec2} {
			got, err := decode(c, text)
			if err != nil {
				continue
			}
			answer := string(c.Append([]byte("<answer>"), &got)) + "</answer>"
			for d := xml.NewDecoder(strings.NewReader(answer)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%q: %v in %q", text, err, answer)
				}
			}
		}
		form, err := query.Parse(text)
		values, standard := url.ParseQuery(text)
		if err == nil && standard == nil {
			for key := range values {
				if got := form.Get(key); got != values.Get(key) {
					t.Errorf("%q: %s is %q, want %q", text, key, got, values.Get(key))
				}
			}
		}
	})
}

func TestEmpty(t *testing.T) {
	if aws.Empty(&everything{}) || !aws.Empty(&struct{}{}) {
		t.Error("which structures have no members is not known")
	}
}
