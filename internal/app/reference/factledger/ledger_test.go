package factledger

import (
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

type (
	thing struct {
		Id     *string
		Weight float64
		Made   *time.Time
		Inner  *thing // cut
	}
	answerOf struct {
		Things []thing
		Tags   map[string]string
		Either either
		Name   *string
	}
	either             interface{ isEither() }
	eitherMemberAlbums struct{ Value thing }
	requestOf          struct {
		Name        *string
		SubnetIds   []string
		Ready, Late bool
	}
)

var (
	answerShape  = NewShape(reflect.TypeFor[*answerOf](), true, map[reflect.Type][]reflect.Type{reflect.TypeFor[either](): {reflect.TypeFor[eitherMemberAlbums]()}})
	requestShape = NewShape(reflect.TypeFor[requestOf](), true, nil)
)

func TestPaths(t *testing.T) {
	want := strings.Fields(`things things[].id things[].weight things[].made things[].inner tags either either.albums either.albums.id
		either.albums.weight either.albums.made either.albums.inner name`)
	if got := answerShape.Paths(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestMutations(t *testing.T) {
	body := `{"things":[{"id":"a","weight":1.5},{"id":"b"}],"tags":{"id":"t"},"name":"","unknown":{"id":"z"},"either":{"albums":{"made":1.7E9}}}`
	got := map[string]string{}
	for _, m := range Mutations([]byte(body), answerShape) {
		got[m.Path+" "+m.Kind] = string(m.Body)
	}
	for name, want := range map[string]string{
		"things[].id dropped":        `{"things":[{"weight":1.5},{}],"tags":{"id":"t"},"name":"","unknown":{"id":"z"},"either":{"albums":{"made":1.7E9}}}`,
		"things[].id changed":        strings.NewReplacer(`"a"`, `"x"`, `"b"`, `"x"`).Replace(body),
		"things[].weight dropped":    strings.Replace(body, `,"weight":1.5`, "", 1),
		"things[].weight moved":      strings.Replace(body, `1.5`, "2.5", 1),
		"tags dropped":               strings.Replace(body, `"tags":{"id":"t"},`, "", 1),
		"name changed":               strings.Replace(body, `"name":""`, `"name":"x"`, 1),
		"either.albums.made moved":   strings.Replace(body, `1.7E9`, "1700000001", 1),
		"either.albums.made dropped": strings.Replace(body, `"made":1.7E9`, "", 1),
		"either dropped":             strings.Replace(body, `,"either":{"albums":{"made":1.7E9}}`, "", 1),
	} {
		if got[name] != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got[name], want)
		}
	}
	if len(got) != 12 {
		t.Errorf("%d mutations: %q", len(got), slices.Sorted(maps.Keys(got)))
	}
}

func TestMutationsOfXML(t *testing.T) {
	body := `<?xml version="1.0"?><ListResponse xmlns="x"><ListResult><Things><member><Id>a</Id><Made>2026-09-26T22:23:26Z</Made></member></Things>` +
		`<Name>true</Name></ListResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListResponse>`
	got := map[string]string{}
	for _, m := range Mutations([]byte(body), answerShape) {
		got[m.Path+" "+m.Kind] = string(m.Body)
	}
	for name, want := range map[string]string{
		"things[].id dropped": strings.Replace(body, "<Id>a</Id>", "", 1),
		"things[].id changed": strings.Replace(body, "<Id>a</Id>", "<Id>x</Id>", 1),
		"things[].made moved": strings.Replace(body, "23:26Z", "23:27Z", 1),
		"name changed":        strings.Replace(body, "true", "false", 1),
	} {
		if got[name] != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got[name], want)
		}
	}
	ec2 := `<ListResponse><thingSet><item><id>a</id></item></thingSet></ListResponse>`
	if got := Mutations([]byte(ec2), answerShape); len(got) != 3 || got[1].Path != "things[].id" {
		t.Errorf("EC2's dialect: %+v", got)
	}
}

func TestFormPaths(t *testing.T) {
	got := Exchange{Form: url.Values{"Action": {"Make"}, "SubnetId.1": {"a"}, "SubnetId.2": {"b"}, "Name": {"x"}}}.sent(requestShape)
	if want := []string{"name", "subnetIds"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// run is one of a fact that looks at what an operation answers.
func run(step *Step) *Ledger {
	files := []File{{Name: "ECS0001-things", Number: "ECS0001", Facts: []Fact{
		{Number: "ECS0001.1", Sentence: "It is so.", Source: Source{Recorded, "2026-09", "answers."}},
	}}}
	services := []Service{{Name: "ecs", Title: "Amazon ECS", Operations: []Operation{
		{Name: "Make", Request: requestShape, Answer: answerShape, Errors: []string{"ClientException"}, Built: true},
	}}}
	return Count(services, files, []*Script{{Name: "ECS0001-things", Reached: []string{"ECS0001.1"}, Steps: []*Step{step}}}, nil)
}

func onWire(pattern string) *Step {
	answer := `{"things":[{"id":"a","weight":2}],"name":"n"}`
	return &Step{
		Fact: "ECS0001.1", Wire: true, Stdout: answer + "\n", Assertions: []Assertion{{Fact: "ECS0001.1", Stream: "stdout", Pattern: pattern}},
		Exchanges: []Exchange{{Service: "ecs", Operation: "Make", Request: []byte(`{"name":"n","unknown":1}`), Status: 200, Answer: []byte(answer)}},
	}
}

func TestCountOnWire(t *testing.T) {
	for pattern, want := range map[string][]string{
		`"id":"a"`:      {"things", "things[].id"},
		`"weight":\d`:   {"things"}, // another number is one as well
		`"weight":2}`:   {"things", "things[].weight"},
		`"name":"[nx]"`: nil,
		`^{"things":\[{"id":"a","weight":2}\],"name":"n"}$`: {"name", "things", "things[].id", "things[].weight"},
	} {
		row := run(onWire(pattern)).Rows["ecs"]["Make"]
		if got := slices.Sorted(maps.Keys(row.AnswerAsserted)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
		if got := slices.Sorted(maps.Keys(row.RequestAsserted)); !slices.Equal(got, []string{"name"}) {
			t.Errorf("sent %q", got)
		}
	}
}

func TestCountErrors(t *testing.T) {
	step := onWire("")
	refusal := `{"__type":"ClientException","message":"no name"}`
	step.Stdout, step.Stderr = "", refusal+"\n"
	step.Exchanges[0].Status, step.Exchanges[0].Answer = 400, []byte(refusal)
	for pattern, want := range map[string]int{"ClientException": 1, "no name": 0, `"__type":"\w+Exception"`: 0} {
		step.Assertions[0] = Assertion{Fact: "ECS0001.1", Stream: "stderr", Pattern: pattern}
		row := run(step).Rows["ecs"]["Make"]
		if len(row.ErrorsAsserted) != want || len(row.RequestAsserted) != 0 || len(row.Facts) != 1 {
			t.Errorf("%s: errors %v, request %v, facts %v", pattern, row.ErrorsAsserted, row.RequestAsserted, row.Facts)
		}
	}
}

func TestRefusedMembersAreCounted(t *testing.T) {
	step := onWire("")
	refusal := `{"__type":"NotImplementedException","message":"ecs-emulator does not implement late"}`
	step.Stdout, step.Stderr = "", refusal+"\n"
	step.Exchanges[0] = Exchange{Service: "ecs", Operation: "Make", Status: 501, Request: []byte(`{"late":true,"name":"n"}`), Answer: []byte(refusal)}
	step.Assertions[0] = Assertion{Fact: "ECS0001.1", Stream: "stderr", Pattern: "NotImplementedException.*late"}
	if got := run(step).Rows["ecs"]["Make"].Refused; !maps.Equal(got, map[string]bool{"late": true}) {
		t.Errorf("refused %v", got)
	}
}

func TestCandidatesOfTheCLI(t *testing.T) {
	step := onWire("^a$")
	step.Wire, step.Stdout = false, "a\n"
	for query, want := range map[string][]string{
		"things[0].id":                    {"things", "things[].id"},
		"length(things)":                  {"things"},
		"things[?id=='weight'].[id,name]": {"name", "things", "things[].id"},
		"":                                {"things[].id"}, // of all that is printed, what was matched
	} {
		step.Args = []string{"ecs", "make", "--query", query}
		var got []string
		for _, c := range step.Candidates(0, answerShape) {
			got = append(got, c.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestWhatDoesNotCount(t *testing.T) {
	file := File{Name: "ECS0001-things", Number: "ECS0001", Facts: []Fact{{Number: "ECS0001.1"}, {Number: "ECS0001.2"}}}
	other := File{Name: "ECS0002-others", Number: "ECS0002", Facts: []Fact{{Number: "ECS0002"}}}
	step := onWire(`"id":"a"`)
	step.Exchanges = append(step.Exchanges, Exchange{Service: "ecs", Operation: "Break", Status: 200})
	script := &Script{Name: file.Name, Reached: []string{"ECS0001.1", "ECS0001.2"}, Failed: true, Steps: []*Step{step}}
	services := []Service{{Name: "ecs", Operations: []Operation{{Name: "Make", Request: requestShape, Answer: answerShape}}}}
	l := Count(services, []File{file, other, {Name: "ECS0001-again", Number: "ECS0001", Facts: file.Facts}}, []*Script{script}, nil)
	if !slices.Equal(l.Failing, []string{"ECS0001.2"}) || !slices.Equal(l.Unsourced, []string{"ECS0001.1"}) {
		t.Errorf("failing %q, without a source %q", l.Failing, l.Unsourced)
	}
	want := []string{
		"ECS0001-things and ECS0001-again have the same number ECS0001", "ECS0001-things calls ecs Break, which is no operation",
		"ECS0002-others has not run", "ECS0001-again has not run",
	}
	if !slices.Equal(l.Faults, want) {
		t.Errorf("faults %q", l.Faults)
	}
	script.Reached, script.Failed = []string{"ECS0001.1"}, false
	l = Count(services, []File{file}, []*Script{script}, nil)
	if got := strings.Join(l.Faults, "\n"); !strings.Contains(got, `came to ["ECS0001.1"]`) {
		t.Errorf("an assertion that is never reached: %s", got)
	}
}

func TestPages(t *testing.T) {
	l := run(onWire(`"id":"a"`))
	page := l.Page(l.Services[0])
	for _, want := range []string{
		"| [Make](#make) | 1 / 4 | 2 / 13 | 0 / 1 | 1 | 1, 0, 0, 0, 0 | 0 | 2026-09 |",
		"**Members of responses without a fact:** `either` and 5 in it, `name`, `tags`, `things[].inner`, `things[].made`, `things[].weight`.",
		"- ECS0001.1 (recorded 2026-09): It is so.", "It does not show that AWS still does so today.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s:\n%s", want, page)
		}
	}
	if summary := l.Summary(); page != l.Page(l.Services[0]) || summary != l.Summary() {
		t.Error("the pages are not the same twice")
	}
}
