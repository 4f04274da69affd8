package check

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// How Terraform writes addresses: module.m["a"].aws_ecs_service.web[0]. A key may have dots.
const aKey = `\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]`

var (
	key        = lazyregexp.New(aKey)
	moduleStep = lazyregexp.New(`^module\.([^.\[]+)(` + aKey + `)?(?:\.|$)`)
	attrStep   = lazyregexp.New(`^\.?([^.\[]+)`)
)

// keysIn are the keys of an address or a reference.
func keysIn(address string) (keys []string) {
	key.ReplaceAllStringFunc(address, func(one string) string {
		keys = append(keys, one)
		return ""
	})
	return keys
}

// site is where an expression stands: in an instance of a module, and there in an instance of a
// resource or of the call of another module.
type site struct {
	module *node  // its configuration
	prefix string // of the addresses in it: module.m["a"].
	caller *site  // the call of this module, nil for the root module
	call   *node  // what the configuration says of that call
	key    string // of the resource or the call: ["a"]; empty if there is one alone
	each   *node  // the expression of its for_each, nil if there is none
}

// siteOf is where the expressions of a resource stand, and what the configuration says of it: nil
// if it does not have the resource.
func siteOf(root *node, address string) (*site, *node) {
	s := &site{module: root}
	for {
		step := moduleStep.FindStringSubmatch(address)
		if step == nil {
			break
		}
		s, address = s.inner(step[1], step[2]), address[len(step[0]):]
	}
	s.key = key.FindString(address)
	configured := s.resource(strings.TrimSuffix(address, s.key))
	s.each = configured.member("for_each_expression")
	return s, configured
}

// inner is an instance of a module that this one calls.
func (s *site) inner(name, key string) *site {
	call := s.module.member("module_calls").member(name)
	caller := *s
	caller.key, caller.each = key, call.member("for_each_expression")
	return &site{module: call.member("module"), prefix: s.prefix + "module." + name + key + ".", caller: &caller, call: call}
}

// resource is what the configuration says of a resource of the module.
func (s *site) resource(address string) *node {
	for _, r := range s.module.list("resources") {
		if r.string("address") == address {
			return r
		}
	}
	return nil
}

// trace follows references to the resources of a type on which a value depends.
type trace struct {
	typ       string
	resources []resource // of the plan
	steps     int        // that are left, since a reference may have many ways
	found     []string   // addresses
	open      bool       // whether the value depends on what no plan knows
}

// The most references that are followed for one value.
const maxSteps = 1000

// referred is the resource of a type to which the value of an expression refers; false if the plan
// does not tell which of several it is, or that it is one.
func referred(typ string, s *site, expression *node, resources []resource) (resource, bool) {
	t := &trace{typ: typ, resources: resources, steps: maxSteps}
	t.expression(s, expression, nil)
	if len(t.found) != 1 {
		return resource{}, false
	}
	i := slices.IndexFunc(resources, func(r resource) bool { return r.address == t.found[0] })
	return resources[i], true
}

// open reports whether the value of an expression depends on more than variables. An attribute that
// has none, or null, is unknown as well, where the provider computes it.
func open(s *site, expression *node) bool {
	t := &trace{steps: maxSteps}
	t.expression(s, expression, nil)
	return t.open
}

// expression follows the references of an expression. Terraform lists one as a.b[0].c, a.b[0], a.b;
// if the key is an expression, as a.b and what that refers to. The keys are those that may choose
// among several instances.
func (t *trace) expression(s *site, expression *node, keys []string) {
	references := expression.list("references")
	for _, r := range references {
		if k := s.keyOf(r.text); k != "" {
			keys = append(slices.Clip(keys), k)
		}
	}
	for _, r := range whole(references) {
		t.reference(s, r, keys)
	}
}

// keyOf is the key that a reference is: each.key, count.index, or each.value as far as the
// configuration has what for_each is about. Without that it is the key, as of a set.
func (s *site) keyOf(reference string) string {
	value, is := strings.CutPrefix(reference, "each.value")
	if reference == "each.key" || reference == "count.index" {
		return s.key
	}
	if !is || s.key == "" {
		return ""
	}
	constant := s.each.member("constant_value")
	if constant == nil && value == "" {
		return s.key
	}
	n := constant.member(strings.Trim(s.key, `["]`))
	for name := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == '.' }) {
		n = n.member(name)
	}
	if n == nil || n.kind != text {
		return ""
	}
	return `["` + n.text + `"]`
}

// whole are references without the parts of those before them.
func whole(references []*node) (all []string) {
	last := ""
	for _, r := range references {
		if rest, part := strings.CutPrefix(last, r.text); !part || rest != "" && rest[0] != '.' && rest[0] != '[' {
			all = append(all, r.text)
			last = r.text
		}
	}
	return all
}

// reference follows one. A local value is none that a plan tells of.
func (t *trace) reference(s *site, reference string, keys []string) {
	if t.steps--; t.steps < 0 {
		return
	}
	first, rest, _ := strings.Cut(reference, ".")
	switch first {
	case "each":
		if value, is := strings.CutPrefix(rest, "value"); is {
			t.each(s, value, keys)
		}
	case "count", "path", "self", "terraform":
	case "var":
		name := attrStep.FindString(rest)
		if s.caller != nil {
			t.expression(s.caller, s.call.member("expressions").member(name), append(keysIn(rest), keys...))
		}
	case "module":
		t.output(s, reference, keys)
	case "local":
		t.open = true
	default:
		t.open = true
		t.resource(s, reference, keys)
	}
}

// each follows each.value to what for_each is about: resources or modules, of which there is one
// with the same key, or other values.
func (t *trace) each(s *site, attribute string, keys []string) {
	outer := *s
	outer.key, outer.each = "", nil
	keys = append([]string{s.key}, keys...)
	for _, r := range whole(s.each.list("references")) {
		if strings.Count(r, ".") == 1 && !strings.HasPrefix(r, "var.") && !strings.HasPrefix(r, "local.") {
			r += s.key + attribute
		}
		t.reference(&outer, r, keys)
	}
}

// output follows the output of a module, or all of them where the reference does not say which.
func (t *trace) output(s *site, reference string, keys []string) {
	step := moduleStep.FindStringSubmatch(reference)
	if step == nil {
		return
	}
	rest := reference[len(step[0]):]
	name := attrStep.FindString(rest)
	keys = append(keysIn(rest), keys...)
	var instances []string
	for _, r := range t.resources {
		if inner, within := strings.CutPrefix(r.address, s.prefix+"module."+step[1]); within && inner != "" && strings.Contains(".[", inner[:1]) {
			found := ""
			if inner[0] == '[' {
				found = key.FindString(inner)
			}
			if !slices.Contains(instances, found) {
				instances = append(instances, found)
			}
		}
	}
	for _, instance := range chosen(instances, func(k string) string { return k }, append([]string{step[2]}, keys...)) {
		inner := s.inner(step[1], instance)
		outputs := inner.module.member("outputs")
		if outputs == nil {
			continue
		}
		for _, o := range outputs.members {
			if name == "" || o.name == name {
				t.expression(inner, o.value.member("expression"), keys)
			}
		}
	}
}

// resource finds the instances of a resource that is of the type, and follows the attribute of one
// that is not: cluster = aws_ecs_cluster_capacity_providers.shop.cluster_name.
func (t *trace) resource(s *site, reference string, keys []string) {
	data := strings.HasPrefix(reference, "data.")
	parts := strings.SplitN(strings.TrimPrefix(reference, "data."), ".", 2)
	if len(parts) < 2 {
		return
	}
	typ, name := parts[0], attrStep.FindString(parts[1])
	rest := parts[1][len(name):]
	address := typ + "." + name
	keys = append(keysIn(rest), keys...)
	if typ == t.typ && !data {
		isInstance := func(r resource) bool {
			k, is := strings.CutPrefix(r.address, s.prefix+address)
			return is && (k == "" || key.FindString(k) == k)
		}
		instances := filter(t.resources, isInstance)
		for _, r := range chosen(instances, func(r resource) string { return strings.TrimPrefix(r.address, s.prefix+address) }, keys) {
			if !slices.Contains(t.found, r.address) {
				t.found = append(t.found, r.address)
			}
		}
		return
	}
	attribute := attrStep.FindStringSubmatch(rest[len(key.FindString(rest)):])
	if data {
		address = "data." + address
		attribute = map[string][]string{"aws_ecs_task_definition": {"", "task_definition"}, "aws_ecs_cluster": {"", "cluster_name"}}[typ]
	}
	configured := s.resource(address)
	if configured == nil || attribute == nil {
		return
	}
	own := *s
	own.key, own.each = "", configured.member("for_each_expression")
	if own.each != nil || configured.member("count_expression") != nil {
		own.key = strings.Join(keys[:min(1, len(keys))], "")
	}
	name = attribute[1]
	if typ == "terraform_data" && name == "output" {
		name = "input"
	}
	t.expression(&own, configured.member("expressions").member(name), keys)
}

// chosen are the instances with the first of the keys that one has, or all if none has any.
func chosen[T any](instances []T, keyOf func(T) string, keys []string) []T {
	for _, k := range keys {
		for i, each := range instances {
			if k != "" && keyOf(each) == k {
				return instances[i : i+1]
			}
		}
	}
	return instances
}
