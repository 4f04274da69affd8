package awsapi

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/accesskeys"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/arntemplate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Rows say what each operation asks of the caller's policies, by the operation's name. An operation without a row asks for its
// own action on "*".
type Rows map[string]Row

// Row is what an operation asks: its action, on resources and with condition keys that follow from its input, before anything
// is looked up (AC33). So a caller that is refused does not learn what exists, but for the ARN of what is stored where AWS
// asks for that one, such as the path of a user (AC47) or the id of a secret; see [Row.Each]. Make it with [On], [Free] or [Asks]:
//
//	"DeleteRepository": awsapi.On("repository/{RepositoryName}"),
//	"CreateRepository": awsapi.On("repository/{RepositoryName}").Tags("Tags").Also("ecr:TagResource"),
//	"ListTasks":        awsapi.On("*").Key("ecs:cluster", "cluster/{Cluster|default}"),
//
// Package arntemplate says what templates are. One of which a member is absent makes no ARN; if no template makes one, the
// resource is "*".
type Row struct {
	free     bool
	on       []string
	beside   []string
	keys     []keyRow
	tags     string
	also     []alsoRow
	asksTags func(call Call) bool // whether also counts; nil: yes
	change   func(call Call, in any, wants []Access) []Access
	wants    func(call Call, in any) []Access
	may      []string // keys that wants may give
	shown    []string // what wants may ask
	then     []func(call Call, wants []Access)
	compiled *compiledRow
}

// alsoRow is an action that a request with tags asks for.
type alsoRow struct{ action, on string } // on is empty for the resources of the row

type keyRow struct {
	name     string
	template string
	many     bool
}

// On is the row of an operation that acts on the resources of some templates; none, or "*", is an action without resources.
func On(templates ...string) Row { return Row{on: templates} }

// Free is the row of an operation that each caller may use. Source: STS API reference, GetCallerIdentity.
func Free() Row { return Row{free: true} }

// Asks is the row of an operation of which a function says what it asks. The input is what the client has sent: it has
// passed the model's constraints, and nothing has been looked up.
//
// In is a pointer to the input, as for [Works].
func Asks[In any](wants func(call Call, in In) []Access) Row {
	return Row{wants: func(call Call, in any) []Access { return wants(call, in.(In)) }}
}

// With lets a function change what a row asks, where no template tells it: add to its keys, which all that it asks on the same
// request share, or ask for more.
//
// In is a pointer to the input, as for [Works].
func With[In any](r Row, change func(call Call, in In, wants []Access) []Access) Row {
	return r.changed(func(call Call, in any, wants []Access) []Access { return change(call, in.(In), wants) })
}

func (r Row) changed(change func(call Call, in any, wants []Access) []Access) Row {
	before := r.change
	if before == nil {
		r.change = change
		return r
	}
	r.change = func(call Call, in any, wants []Access) []Access { return change(call, in, before(call, in, wants)) }
	return r
}

// Shows says for readers what the function of [Asks] or [With], or the method, may ask: "iam:PassRole on {TaskRoleArn}", or
// "on task-definition/{TaskDefinition}" for the operation's own action.
func (r Row) Shows(wants ...string) Row {
	r.shown = append(slices.Clip(r.shown), wants...)
	return r
}

// May names condition keys that the function of [Asks], [With] or [Row.Then] may give. A test holds the names against those that
// AWS has.
func (r Row) May(keys ...string) Row {
	r.may = append(slices.Clip(r.may), keys...)
	return r
}

// Then has a function look over the things that the templates make of a request, for what they cannot say: the stored ARN of
// an entity (AC47), a name in refusals (AC13). Unlike the function of [With] it does not know the input, so that one serves many
// operations. Things of one request share their keys: a function gives one by [Access.Give], and names it by May. Of several
// functions each sees what those before it have left.
func (r Row) Then(look func(call Call, wants []Access)) Row {
	r.then = append(slices.Clip(r.then), look)
	return r
}

// Each is Then with a function for one thing.
func (r Row) Each(look func(call Call, a *Access)) Row {
	return r.Then(func(call Call, wants []Access) {
		for i := range wants {
			look(call, &wants[i])
		}
	})
}

// Key adds a condition key with the text that a template makes of the input. It is absent if the template makes none. A
// template without a slash and without a colon makes a text, any other an ARN: "ecs:cluster", "cluster/{Cluster|default}".
func (r Row) Key(name, template string) Row {
	r.keys = append(slices.Clip(r.keys), keyRow{name: strings.ToLower(name), template: template})
	return r
}

// Keys adds a condition key that may have many values by its declaration (AC37).
func (r Row) Keys(name, template string) Row {
	r.keys = append(slices.Clip(r.keys), keyRow{name: strings.ToLower(name), template: template, many: true})
	return r
}

// Beside adds resources that the operation uses, by their templates: it asks for its own action on them, too. The tags of
// the request are of the resources of [On] alone: so are their keys, and the actions of [Row.Also].
//
//	"CreateSubnet": awsapi.On("subnet/*").Beside("vpc/{VpcId}").Tags("TagSpecifications.Tags").Also("ec2:CreateTags"),
func (r Row) Beside(templates ...string) Row {
	r.beside = append(slices.Clip(r.beside), templates...)
	return r
}

// Tags says which member has the tags of the request: aws:RequestTag and aws:TagKeys follow from it (AC61). It is a list of
// structures with Key and Value, a list of keys, or a map. {A.B} paths are allowed.
func (r Row) Tags(member string) Row {
	r.tags = member
	return r
}

// Also adds actions that a request with tags asks for on the same resources: "ecs:TagResource". A key SERVICE:CreateAction,
// of services that have one, has the operation (AC71). "ecs:TagResource on task/{Cluster}/*" is for a resource of its own.
func (r Row) Also(actions ...string) Row {
	for _, text := range actions {
		action, on, _ := strings.Cut(text, " on ")
		r.also = append(slices.Clip(r.also), alsoRow{action, on})
	}
	return r
}

// If makes the actions of [Row.Also] depend on a call, for accounts that have them asked and others.
func (r Row) If(asks func(call Call) bool) Row {
	r.asksTags = asks
	return r
}

// compiledRow is a row whose templates are read for the type of an input.
type compiledRow struct {
	action, operation string
	createAction      string // the key of that name, if the service has one
	on, beside        []arntemplate.Template
	keys              []arntemplate.Template
	also              []*arntemplate.Template // of those that have one of their own
	tags              arntemplate.Path
}

// compile reads the templates. It panics for a member that the input does not have.
func (r Row) compile(actions, operation string, in reflect.Type) Row {
	c := &compiledRow{action: actions + ":" + operation, operation: operation, createAction: createAction(actions)}
	for _, text := range r.on {
		if text != "*" {
			c.on = append(c.on, arntemplate.Read(text, actions, in))
		}
	}
	for _, text := range r.beside {
		c.beside = append(c.beside, arntemplate.Read(text, actions, in))
	}
	for _, k := range r.keys {
		c.keys = append(c.keys, arntemplate.Read(k.template, actions, in))
	}
	for _, a := range r.also {
		var own *arntemplate.Template
		if a.on != "" {
			t := arntemplate.Read(a.on, actions, in)
			own = &t
		}
		c.also = append(c.also, own)
	}
	if r.tags != "" {
		c.tags = arntemplate.ReadPath(r.tags, in)
	}
	r.compiled = c
	return r
}

// asks returns what a request asks.
func (r *Row) asks(call Call, in any) (wants []Access) {
	switch {
	case r.free:
		return nil
	case r.wants != nil:
		wants = r.wants(call, in)
	default:
		wants = r.declared(call, reflect.ValueOf(in))
	}
	for _, look := range r.then {
		look(call, wants)
	}
	if r.change != nil {
		wants = r.change(call, in, wants)
	}
	return wants
}

// declared is what follows from the templates.
func (r *Row) declared(call Call, in reflect.Value) []Access {
	c := r.compiled
	keys := r.keysOf(call, in)
	tagged := c.tags != nil && addTags(keys, c.tags.Values(in)) && len(r.also) > 0 && (r.asksTags == nil || r.asksTags(call))
	resources := c.resources(call, in)
	wants := make([]Access, 0, len(resources))
	for _, resource := range resources {
		wants = append(wants, Access{Action: c.action, Resource: resource, Keys: keys})
	}
	wants = c.addBeside(wants, call, in)
	if !tagged {
		return wants
	}
	creating := maps.Clone(keys)
	if c.createAction != "" {
		creating[c.createAction] = policy.Is(c.operation)
	}
	for i, a := range r.also {
		on := resources
		if c.also[i] != nil {
			on = c.also[i].Expand(call.Scope(), in)
		}
		for _, resource := range on {
			wants = append(wants, Access{Action: a.action, Resource: resource, Keys: creating})
		}
	}
	return wants
}

func (r *Row) keysOf(call Call, in reflect.Value) Keys {
	keys := Keys{}
	for i := range r.compiled.keys {
		texts := r.compiled.keys[i].Expand(call.Scope(), in)
		switch k := &r.keys[i]; {
		case k.many && len(texts) > 0:
			keys[k.name] = policy.Many(texts)
		case len(texts) > 0:
			keys[k.name] = policy.Value{Texts: texts[:1:1]}
		}
	}
	return keys
}

// createAction is the key by which a service tells on creation for what tags are, if it has one.
func createAction(service string) string {
	if name := strings.ToLower(service) + ":createaction"; accesskeys.Known(name) {
		return name
	}
	return ""
}

func (c *compiledRow) resources(call Call, in reflect.Value) (list []string) {
	for i := range c.on {
		if made := c.on[i].ExpandOf(call.RequestBytes, call.Scope(), in); i == 0 {
			list = made
		} else {
			list = append(list, made...)
		}
	}
	if len(list) == 0 {
		return []string{"*"}
	}
	return list
}

// addBeside adds what is used to what a request asks for its own action.
func (c *compiledRow) addBeside(wants []Access, call Call, in reflect.Value) []Access {
	var used []string
	for i := range c.beside {
		used = append(used, c.beside[i].Expand(call.Scope(), in)...)
	}
	if len(used) == 0 {
		return wants
	}
	keys := maps.Clone(wants[0].Keys)
	maps.DeleteFunc(keys, func(name string, _ policy.Value) bool {
		return name == "aws:tagkeys" || strings.HasPrefix(name, "aws:requesttag/")
	})
	if wants[0].Resource == "*" { // the row makes no other resource of this input
		wants = wants[:0]
	}
	for _, resource := range used {
		wants = append(wants, Access{Action: c.action, Resource: resource, Keys: keys})
	}
	return wants
}
