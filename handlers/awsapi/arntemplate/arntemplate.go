// Package arntemplate makes ARNs and other texts of the input of an operation:
//
//	t := arntemplate.Read("repository/{RepositoryName}", "ecr", reflect.TypeFor[ecr.DeleteRepositoryInput]())
//	arns := t.Expand(scope, reflect.ValueOf(in))
//
// A template is the end of an ARN: what comes before it, "arn:aws:ecr:us-east-1:123456789012:", is the service's, in the region
// and account of the scope, unless the template begins with "arn:", where {partition}, {region} and {account} stand for the
// scope's. {Member} is the text of a member of the input, {A.B} the text of a member's member; of a list, each element makes a
// text. {Member|text} has a text for want of the member. A value that is an ARN is the resource itself, and the template adds
// nothing to it; of one with fewer parts than the template the last part counts: a cluster's in "task/{Cluster}/{Task}". A template
// without a slash and without a colon makes a text that is no ARN.
package arntemplate

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Template makes texts of an input.
type Template struct {
	service string // in front of an ARN's end; empty: the text is whole
	slashes int    // between the parts of an ARN's end
	parts   []templatePart
}

// templatePart is a text, a word of the call, or a member with a text for want of it.
type templatePart struct {
	text   string
	word   string // partition, region, account
	member Path
	absent string
	has    bool // absent is there
}

// Read reads a template for the ARNs of a service, by the name that ARNs have of it, and for the type of an input. It panics for a
// member that the type does not have.
func Read(text, service string, in reflect.Type) Template {
	t := Template{service: service}
	if strings.HasPrefix(text, "arn:") || !strings.ContainsAny(text, "/:") {
		t.service = ""
	}
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			t.parts = append(t.parts, templatePart{text: before})
			t.slashes += strings.Count(before, "/")
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			panic("the template " + text + " has no end")
		}
		name, absent, has := strings.Cut(inside, "|")
		switch name {
		case "partition", "region", "account":
			t.parts = append(t.parts, templatePart{word: name})
		default:
			t.parts = append(t.parts, templatePart{member: ReadPath(name, in), absent: absent, has: has})
		}
		text = after
	}
	return t
}

// Expand returns the texts that a template makes: one for each combination with an element of a list, in the order of the
// request where the list stands at the end.
func (t *Template) Expand(scope arn.Scope, in reflect.Value) []string {
	return t.ExpandOf(math.MaxInt, scope, in)
}

// ExpandOf is Expand for a request of some bytes: texts that are most of it stay in its memory.
func (t *Template) ExpandOf(bytes int, scope arn.Scope, in reflect.Value) []string {
	if text, ok := t.single(scope, in); ok {
		return []string{text}
	}
	prefix := ""
	if t.service != "" {
		prefix = "arn:" + scope.Partition() + ":" + t.service + ":" + scope.Region + ":" + scope.Account + ":"
	}
	texts := []string{prefix}
	var whole []string
	for i := range t.parts {
		p := &t.parts[i]
		values := p.values(scope, in)
		if p.member == nil {
			texts = combine(texts, values)
			continue
		}
		if i == len(t.parts)-1 && len(texts) == 1 && len(values) > 1 {
			return joined(whole, t.ended(texts[0], values, bytes))
		}
		var of string
		if values, whole, of = t.apart(values, whole); of != "" && of != prefix {
			for i := range texts {
				texts[i] = of + texts[i][len(prefix):]
			}
			prefix = of
		}
		texts = combine(texts, values)
	}
	return append(whole, texts...)
}

// joined appends more to a list, without a copy if the list is empty.
func joined(list, more []string) []string {
	if len(list) == 0 {
		return more
	}
	return append(list, more...)
}

// ended completes a text with each of the values that stand at the end of the template. They are of a request of some bytes.
func (t *Template) ended(text string, values []string, bytes int) []string {
	shared := 0
	for i, v := range values {
		switch {
		case !arn.Is(v):
			values[i] = owned(text, v)
		case t.short(v):
			values[i] = owned(text, arn.Name(v))
		default:
			shared += len(v)
		}
	}
	if shared > bytes/2 { // what is kept of a call holds on to little else
		return values
	}
	memory := strings.Join(values, "") // one for all
	for i, v := range values {
		values[i], memory = memory[:len(v)], memory[len(v):]
	}
	return values
}

// short reports whether an ARN has fewer parts than the template makes.
func (t *Template) short(v string) bool {
	parts := strings.Count(v, "/")
	return t.service != "" && 0 < parts && parts < t.slashes
}

func (p *templatePart) values(scope arn.Scope, in reflect.Value) []string {
	switch {
	case p.member != nil:
		texts, are := p.member.texts(in)
		if !are {
			texts = textsOf(p.member.Values(in), p)
		}
		if len(texts) == 0 && p.has {
			return []string{p.absent}
		}
		return texts
	case p.word != "":
		return []string{p.wordText(scope)}
	}
	return []string{p.text}
}

// wordText is the text of a word of the call.
func (p *templatePart) wordText(scope arn.Scope) string {
	switch p.word {
	case "partition":
		return scope.Partition()
	case "region":
		return scope.Region
	default:
		return scope.Account
	}
}

// apart tells values that are ARNs from the others. Of an ARN that has fewer parts than the template makes, the last one
// counts: a cluster's where the template names what is in it, and the short ARN of a task. Then of is the beginning of that
// ARN, as it may be one of another account.
func (t *Template) apart(values, whole []string) (others, arns []string, of string) {
	others = values[:0]
	for _, v := range values {
		switch {
		case !arn.Is(v):
			others = append(others, v)
		case t.short(v):
			others, of = append(others, arn.Name(v)), beginning(v)
		default:
			whole = append(whole, strings.Clone(v))
		}
	}
	return others, whole, of
}

// beginning is an ARN up to its resource; empty if it has none.
func beginning(v string) string {
	at := 0
	for range 5 {
		next := strings.IndexByte(v[at:], ':')
		if next < 0 {
			return ""
		}
		at += next + 1
	}
	return v[:at]
}

func combine(texts, values []string) []string {
	if len(values) == 1 {
		for i := range texts {
			texts[i] = owned(texts[i], values[0])
		}
		return texts
	}
	all := make([]string, 0, len(texts)*len(values))
	for _, text := range texts {
		for _, value := range values {
			all = append(all, owned(text, value))
		}
	}
	return all
}

// Path is a way to a member of an input: A.B. Lists on it are gone through.
type Path []string

// ReadPath panics for a member that a type does not have.
func ReadPath(text string, in reflect.Type) Path {
	p := Path(strings.Split(text, "."))
	for _, name := range p {
		for in.Kind() == reflect.Pointer || in.Kind() == reflect.Slice {
			in = in.Elem()
		}
		field, found := in.FieldByName(name)
		if !found {
			panic(fmt.Sprintf("%v has no member %s of %s", in, name, text))
		}
		in = field.Type
	}
	return p
}

// texts is a copy of a list of texts, if the path leads straight to one without an empty text: the longest lists are so.
func (p Path) texts(in reflect.Value) (list []string, are bool) {
	v := reflect.Indirect(in).FieldByName(p[0])
	if len(p) > 1 || v.Type() != reflect.TypeFor[[]string]() {
		return nil, false
	}
	list = slices.Clone(v.Interface().([]string))
	return list, len(list) > 0 && !slices.Contains(list, "")
}

// Values are those at the end of the path that are there.
func (p Path) Values(v reflect.Value) (all []reflect.Value) {
	p.collect(v, &all)
	return all
}

func (p Path) collect(v reflect.Value, all *[]reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			p.collect(v.Elem(), all)
		}
	case reflect.Slice:
		*all = slices.Grow(*all, v.Len())
		for i := range v.Len() {
			p.collect(v.Index(i), all)
		}
	default:
		if len(p) == 0 {
			*all = append(*all, v)
			return
		}
		v = v.FieldByName(p[0])
		if v.Kind() == reflect.Bool && !v.Bool() { // which the SDK's types do not tell from absent
			return
		}
		p[1:].collect(v, all)
	}
}

// textsOf are values as policies compare them. An empty text is absent, as in an ARN it names nothing. The texts are of the
// request's memory, which what is kept must not hold on to: [owned] has one of its own.
func textsOf(values []reflect.Value, p *templatePart) []string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		text := textOf(v)
		if text == "" && p.has {
			text = p.absent
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return fmt.Sprint(v.Interface())
}

// owned is the text before with one of the request, in memory of its own.
func owned(before, text string) string {
	if before == "" {
		return strings.Clone(text)
	}
	return before + text
}
