package check

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/model"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// request is the input of an operation, from a file.
type request struct {
	file, resource, operation string
	ofTemplate                bool // of CloudFormation, whose resources have lines
	input                     *node

	defines *definition // that it registers
	uses    *definition // whose tasks it starts; nil if no file has it
	cluster *node       // the input that makes its cluster; nil if no file has it
	paths   map[*node]string

	targetTypes map[string]elb.TargetTypeEnum // of target groups that a plan makes, by ARN
	unprotected bool                          // the plan's Auto Scaling group does not protect its instances
}

// path is the path of a node in the file.
func (r *request) path(n *node) string {
	if r.paths == nil {
		r.paths = map[*node]string{}
		for _, p := range r.input.places(nil) {
			r.paths[p.node] = p.path
		}
	}
	return r.paths[n]
}

// request checks a request that defines no task.
func (c *checker) request(r *request) {
	op := c.operations[r.operation]
	if op.input == nil {
		refused := c.options.ask(world{}, r.operation, []byte("{}"))
		c.add(r, nil, Finding{Effect: Refused, Operation: r.operation, Code: refused.code, Message: refused.message})
		return
	}
	rest, without, whole := c.constraints(r)
	if op.members != nil {
		refused, kept := op.members(r.input.appendJSON(nil, rest))
		for _, p := range c.members(r, r.operation, "", rest, without, refused) {
			without = p.leaveOut(without, c.keepsModel(r))
		}
		c.kept(r, rest, kept)
	}
	if !whole {
		return
	}
	ask := func(without leftOut) *refusal {
		return c.options.ask(r.worldOf(without), r.operation, r.input.appendJSON(nil, without))
	}
	if starts(r.operation) {
		if r.uses == nil || !r.uses.usable {
			without = r.withoutSizes(without)
		}
		ask = func(without leftOut) *refusal { return c.start(r, without) }
	}
	if r.operation == updateService {
		ask = func(without leftOut) *refusal { return c.update(r, without) }
	}
	c.explore(r, r.operation, ask, without)
}

// constraints tells what no structure has, and what breaks the constraints of the service model.
// rest is what has to be left out for the request to be read, without what for it to keep the
// constraints; whole is false if that is impossible.
func (c *checker) constraints(r *request) (rest, without leftOut, whole bool) {
	c.unknown(r)
	rest = leftOut{}
	told := map[string]bool{}
	for {
		violations, err := r.violations(c, rest)
		if err == nil {
			without, whole = c.violations(r, rest, violations, told)
			return rest, without, whole
		}
		p, message := at(r.input.places(rest), ""), err.Error()
		var wrong *wire.TypeError
		if errors.As(err, &wrong) {
			p, message = at(r.input.places(rest), wrong.Path), wrong.Message
			told[wrong.Path] = true
		}
		c.add(r, p, Finding{Effect: Refused, Operation: r.operation, Code: "SerializationException", Message: message})
		if p.up == nil {
			return rest, rest, false
		}
		rest = rest.with(p.node)
	}
}

// violations reads the request as the API does.
func (r *request) violations(c *checker, without leftOut) ([]*wire.Violation, error) {
	in := reflect.New(c.operations[r.operation].input).Interface()
	return model.Codec().UnmarshalAll(r.input.appendJSON(nil, without), in)
}

// violations tells violations, and leaves out what has them. A structure that misses a member
// then, or from the start, is left out as well.
func (c *checker) violations(r *request, without leftOut, violations []*wire.Violation, told map[string]bool) (leftOut, bool) {
	for first := true; len(violations) > 0; first = false {
		places := r.input.places(without)
		for _, v := range violations {
			p := at(places, v.Path)
			if first && !told[v.Path] {
				told[v.Path] = true
				f := refusalOf(model.Refuse(r.operation, v))
				f.Operation, f.Member = r.operation, r.path(p.node)+strings.TrimPrefix(v.Path, p.path)
				c.add(r, p, f)
			}
			if p.up == nil {
				return without, false
			}
			without = without.with(p.node)
		}
		violations, _ = r.violations(c, without) // which was read before
	}
	return without, true
}

// refusalOf is the finding about an exception of the API.
func refusalOf(err error) Finding {
	f := Finding{Effect: Refused, Message: err.Error()}
	var exception smithy.APIError
	if errors.As(err, &exception) {
		f.Code, f.Message = exception.ErrorCode(), exception.ErrorMessage()
	}
	return f
}

// members tells members that the emulator refuses by its tables, and returns their places. Those
// which AWS refuses too are left to the API, and told is what of them has been refused already. on is
// the launch type on which that is so, empty for each.
func (c *checker) members(r *request, operation string, on types.LaunchType, rest, told leftOut, refused []member.Found) (due []*place) {
	places := r.input.places(rest)
	for _, found := range refused {
		p := at(places, found.Path)
		if found.Row != nil && found.Row.Words != "" || told[p.node] {
			continue
		}
		name := found
		name.Path = r.path(p.node)
		f := refusalOf(kit.Unsupported(name.String()))
		f.Operation = operation
		if found.Row != nil {
			f.Hint = found.Row.Note
		}
		if on != "" {
			f.Hint = strings.TrimPrefix(f.Hint+"; on "+string(on), "; ")
		}
		c.add(r, p, f)
		due = append(due, p)
	}
	return due
}

// leaveOut leaves out a place, or as much around it as has to go with it for the first condition that
// can be met.
func (p *place) leaveOut(without leftOut, conditions ...func(leftOut) bool) leftOut {
	for _, fine := range conditions {
		for each := p; each.up != nil; each = each.up {
			if less := without.with(each.node); fine(less) {
				return less
			}
		}
	}
	return without.with(p.node)
}

// keepsModel tells whether the rest of a request keeps the constraints of the service model.
func (c *checker) keepsModel(r *request) func(leftOut) bool {
	return func(without leftOut) bool {
		violations, _ := r.violations(c, without)
		return len(violations) == 0
	}
}

func (c *checker) kept(r *request, rest leftOut, kept []member.Found) {
	places := r.input.places(rest)
	for _, found := range kept {
		c.add(r, at(places, found.Path), Finding{Effect: NoEffect, Operation: r.operation, Message: found.Row.Note})
	}
}

// maxRefusals is how many refusals of one request are told beside those of members.
const maxRefusals = 50

// explore asks the API again and again, each time without what it refused before. It returns what
// has to be left out for the API to be content, which it may never be. What it misses because it was
// left out is no finding, and ends this.
func (c *checker) explore(r *request, operation string, ask question, without leftOut) (leftOut, bool) {
	gone := r.names(without)
	for range maxRefusals {
		refused := ask(without)
		if refused == nil || ofState(refused) {
			return without, true
		}
		due, past := culprit(ask, r.input, without, refused)
		misses := func(name string) bool {
			return position(refused.message, name) >= 0 && (due == nil || !slices.Contains(due.names(), name))
		}
		if slices.ContainsFunc(gone, misses) || due == nil && r.lacks(without) {
			return without, false
		}
		c.add(r, due, Finding{Effect: Refused, Operation: operation, Code: refused.code, Message: refused.message})
		switch {
		case due == nil:
			return without, false
		case past != nil:
			without, gone = without.with(past.node), append(gone, past.names()...)
		case due.node.number() && due.node.text != "1":
			due.node.text = "1" // of some, the API wants one
		default:
			without, gone = without.with(due.node), append(gone, due.names()...)
		}
	}
	return without, false
}

// lacks reports whether a member of the request itself is left out, or all that a list of it has.
func (r *request) lacks(without leftOut) bool {
	return slices.ContainsFunc(r.input.members, func(m nodeMember) bool { return without.lost(m.value) })
}

// names are the names of what is left out, with what that is in.
func (r *request) names(without leftOut) (names []string) {
	for _, p := range r.input.places(nil) {
		if without[p.node] {
			names = append(names, p.names()...)
		}
	}
	return names
}

// ofState reports whether a refusal is due to what is not there.
func ofState(r *refusal) bool {
	return slices.Contains([]string{"ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException"}, r.code) ||
		slices.Contains([]string{"TaskDefinition not found.", "Unable to describe task definition."}, r.message) ||
		strings.Contains(r.message, "The subnet ID 'subnet-0ec5e") // one that another emulator made, by the digits of ec2network
}
