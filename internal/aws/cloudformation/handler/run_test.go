package handler_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// shelf is a service of boxes, which have a name or tags, and a size.
type shelf struct {
	boxes  map[string]*box // by id
	made   int
	unique bool // whether names are
	refuse func(operation string) error
	calls  []string
}

type box struct {
	ID, Name, Size string
	Tags           []handler.Tag
}

func refusal(status int, code string) error {
	return &apiclient.Error{Service: "Elastic Box v2", Operation: "X", Status: status, Code: code, Message: "No way.", RequestID: "r-1"}
}

func (s *shelf) call(_ context.Context, op apiclient.Operation, in, out any) error {
	s.calls = append(s.calls, op.Name)
	if s.refuse != nil {
		if err := s.refuse(op.Name); err != nil {
			return err
		}
	}
	b, _ := in.(*box)
	switch op.Name {
	case "Make":
		for _, other := range s.boxes {
			if s.unique && other.Name == b.Name {
				return refusal(409, "BoxAlreadyExists")
			}
		}
		s.made++
		made := *b
		made.ID = fmt.Sprint("box-", s.made)
		s.boxes[made.ID] = &made
		*out.(*box) = made
	case "Find":
		for _, id := range slices.Sorted(maps.Keys(s.boxes)) {
			if b.Name == "" || s.boxes[id].Name == b.Name {
				*out.(*[]*box) = append(*out.(*[]*box), s.boxes[id])
			}
		}
	case "Size":
		if s.boxes[b.ID] == nil {
			return refusal(404, "BoxNotFound")
		}
		s.boxes[b.ID].Size = b.Size
	case "Drop":
		if s.boxes[b.ID] == nil {
			return refusal(404, "BoxNotFound")
		}
		delete(s.boxes, b.ID)
	}
	return nil
}

func op(name string) apiclient.Operation { return apiclient.Operation{Name: name} }

func boxType(identity handler.Identity) *handler.Type {
	size := func(n *handler.Turn) error {
		return n.Call(op("Size"), &box{ID: n.ID, Size: n.Text("Size")}, nil)
	}
	t := &handler.Type{
		Name: "AWS::Box::Box", Identity: identity, Refused: []string{"Lid.Color"}, Inert: []string{"Note"},
		Find: func(n *handler.Turn) (found []handler.Found, err error) {
			var list []*box
			err = n.Call(op("Find"), &box{Name: n.Name}, &list)
			for _, b := range list {
				found = append(found, handler.Found{ID: b.ID, Tags: b.Tags})
			}
			return found, err
		},
		Create: func(n *handler.Turn) error {
			var out box
			err := n.Call(op("Make"), &box{Name: n.Name, Tags: n.AllTags()}, &out)
			n.ID = out.ID
			return err
		},
		Configure: size, Update: size,
		Read: func(n *handler.Turn) (bool, error) {
			name := n.ID + " of " + n.LogicalID
			n.Set("Label", &name)
			return true, nil
		},
		Delete: func(n *handler.Turn) error { return n.Call(op("Drop"), &box{ID: n.ID}, nil) },
	}
	if identity == handler.ByName {
		t.Naming = handler.Naming{Property: "Name", Most: 32}
	}
	return t
}

func request(t *testing.T, action handler.Action, properties string) handler.Request {
	t.Helper()
	v, err := document.Read(properties)
	if err != nil {
		t.Fatal(err)
	}
	return handler.Request{
		Action: action, LogicalID: "Box", StackName: "my-stack", StackID: "arn:stack", Incarnation: "one", Properties: v, Previous: v,
		Tags: []handler.Tag{{Key: "team", Value: "a"}},
	}
}

// TestLostAnswers: whichever answer of a create is lost, there is one box, it is the stack's, and a delete leaves none.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, identity := range []handler.Identity{handler.ByName, handler.ByTags} {
		for _, properties := range []string{`{"Size": 1}`, `{"Size": 1, "Name": "custom"}`} {
			for _, crash := range []bool{false, true} {
				for _, lose := range []string{"", "Create Find", "Create Make", "Create Size"} {
					s := &shelf{boxes: map[string]*box{}, unique: identity == handler.ByName}
					if identity == handler.ByTags { // of an earlier incarnation, which goes in clean-up
						s.boxes["old"] = &box{ID: "old", Tags: []handler.Tag{{"aws:cloudformation:stack-id", "arn:stack"}, {"aws:cloudformation:logical-id", "Box"}}}
					}
					before := len(s.boxes)
					d := &handlertest.Driver{Call: s.call, Lose: lose, Crash: crash}
					r := request(t, handler.Create, properties)
					got := d.Do(t, boxType(identity).Run, r)
					if got.Failure != nil || got.PhysicalID != "box-1" || len(s.boxes) != before+1 || s.boxes["box-1"].Size != "1" || got.Attributes["Label"].Text != "box-1 of Box" {
						t.Errorf("%v %s, %s lost (crash %t): %+v, %d boxes, calls %v", identity, properties, lose, crash, got, len(s.boxes), s.calls)
					}
					r.Action, r.PhysicalID = handler.Delete, got.PhysicalID
					d = &handlertest.Driver{Call: s.call, Lose: "Delete Drop", Crash: crash}
					if got := d.Do(t, boxType(identity).Run, r); got.Failure != nil || len(s.boxes) != before {
						t.Errorf("%v: delete: %+v, %d boxes", identity, got, len(s.boxes))
					}
				}
			}
		}
	}
}

// TestTakenBack: a create that fails after it took effect says no id; a delete finds what it made, and nothing else.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	for _, identity := range []handler.Identity{handler.ByName, handler.ByTags} {
		s := &shelf{boxes: map[string]*box{}, unique: identity == handler.ByName}
		if identity == handler.ByTags {
			s.boxes["old"] = &box{ID: "old", Tags: []handler.Tag{{"aws:cloudformation:stack-id", "arn:stack"}, {"aws:cloudformation:logical-id", "Box"}}}
		}
		before := len(s.boxes)
		r := request(t, handler.Create, `{"Name": "custom"}`)
		d := &handlertest.Driver{Call: func(ctx context.Context, o apiclient.Operation, in, out any) error {
			err := s.call(ctx, o, in, out)
			if o.Name == "Make" {
				s.refuse = func(name string) error {
					if name != "Drop" {
						return refusal(500, "InternalFailure")
					}
					return nil
				}
				return refusal(500, "InternalFailure")
			}
			return err
		}}
		got := d.Do(t, boxType(identity).Run, r)
		if got.Failure == nil || got.PhysicalID != "" || len(s.boxes) != before+1 {
			t.Fatalf("%+v", got)
		}
		s.refuse = nil
		r.Action, r.CreateProgress = handler.Delete, got.Progress
		if got = d.Do(t, boxType(identity).Run, r); got.Failure != nil || len(s.boxes) != before {
			t.Errorf("%v: %+v, %d boxes", identity, got, len(s.boxes))
		}
	}
	s := &shelf{boxes: map[string]*box{"theirs": {ID: "theirs", Name: "custom"}}, unique: true}
	d := &handlertest.Driver{Call: s.call}
	r := request(t, handler.Create, `{"Name": "custom"}`)
	got := d.Do(t, boxType(handler.ByName).Run, r)
	if got.Failure == nil || got.Failure.Code != handler.AlreadyExists || slices.Contains(s.calls, "Make") {
		t.Errorf("what is not the stack's: %+v", got)
	}
	r.Action, r.CreateProgress = handler.Delete, got.Progress
	if got = d.Do(t, boxType(handler.ByName).Run, r); got.Failure != nil || len(s.boxes) != 1 {
		t.Errorf("%+v, %d boxes", got, len(s.boxes))
	}
}

// TestADeniedCreate has made nothing, so its delete looks for nothing, which may be denied as well (CFN-56).
func TestADeniedCreate(t *testing.T) {
	t.Parallel()
	for _, identity := range []handler.Identity{handler.ByName, handler.ByTags} {
		s := &shelf{boxes: map[string]*box{}, refuse: func(operation string) error {
			if operation == "Find" && identity == handler.ByTags {
				return nil
			}
			return refusal(403, "AccessDeniedException")
		}}
		r := request(t, handler.Create, `{"Size": 1}`)
		d := &handlertest.Driver{Call: s.call}
		got := d.Do(t, boxType(identity).Run, r)
		if got.Failure == nil || got.Failure.Code != handler.AccessDenied {
			t.Fatalf("%v: %+v", identity, got)
		}
		s.calls, s.refuse = nil, func(string) error { return refusal(403, "AccessDeniedException") }
		r.Action, r.CreateProgress = handler.Delete, got.Progress
		if got = d.Do(t, boxType(identity).Run, r); got.Failure != nil || len(s.calls) > 0 {
			t.Errorf("%v: %+v, calls %v", identity, got, s.calls)
		}
	}
}

// TestRetries: what passes is tried again, by the clock; what does not is a failure with its code and text.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		code   string
		times  int
		want   string
		within time.Duration
	}{
		{400, "ThrottlingException", 8, "", time.Minute},
		{400, "ThrottlingException", 1000, "Throttling", 5 * time.Minute},
		{500, "InternalFailure", 5, "", time.Minute},
		{500, "InternalFailure", 1000, "GeneralServiceException", time.Minute},
		{400, "DependencyViolation", 20, "", 5 * time.Minute},
		{400, "DependencyViolation", 1000, "GeneralServiceException", 6 * time.Minute},
		{403, "AccessDenied", 1, "AccessDenied", 0},
		{400, "ValidationError", 1, "InvalidRequest", 0},
		{400, "LimitExceeded", 1, "ServiceLimitExceeded", 0},
		{404, "BoxNotFound", 1, "", 0}, // gone already
	} {
		s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
		left := c.times
		s.refuse = func(string) error {
			if left--; left >= 0 {
				return refusal(c.status, c.code)
			}
			return nil
		}
		d := &handlertest.Driver{Call: s.call}
		r := request(t, handler.Delete, "{}")
		r.PhysicalID = "b"
		began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		got := d.Do(t, boxType(handler.ByTags).Run, r)
		code, message := "", ""
		if got.Failure != nil {
			code, message = string(got.Failure.Code), got.Failure.Message
		}
		if code != c.want || d.Now.Sub(began) > c.within {
			t.Errorf("%s %d times: %s after %s, want %s within %s", c.code, c.times, code, d.Now.Sub(began), c.want, c.within)
		}
		if text := fmt.Sprintf(`Resource handler returned message: "No way. (Service: ElasticBoxV2, Status Code: %d, Request ID: r-1) (SDK Attempt Count: 1)"`, c.status); code != "" && message != text {
			t.Errorf("%s: %s", c.code, message)
		}
	}
}

// TestRefusals: properties that are not there are refused by their paths, before anything is made.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{}}
	got := (&handlertest.Driver{Call: s.call}).Do(t, boxType(handler.ByTags).Run, request(t, handler.Create, `{"Lid": [{"Size": 1}, {"Color": "red"}]}`))
	want := `Resource handler returned message: "Property Lid.Color of AWS::Box::Box is not built"`
	if got.Failure == nil || got.Failure.Code != handler.InvalidRequest || got.Failure.Message != want || len(s.calls) > 0 {
		t.Errorf("%+v, calls %v", got.Failure, s.calls)
	}
	fixed := boxType(handler.ByTags)
	fixed.Update = nil
	r := request(t, handler.Update, `{"Size": 2, "Note": 1}`)
	r.Previous, r.PhysicalID = document.NewText(""), "b"
	r.Previous, _ = document.Read(`{"Size": 1, "Note": 2}`)
	if got := (&handlertest.Driver{Call: s.call}).Do(t, fixed.Run, r); got.Failure == nil || got.Failure.Code != handler.NotUpdatable || !strings.Contains(got.Failure.Message, "Property Size") {
		t.Errorf("%+v", got.Failure)
	}
	r.Previous, r.Properties = nil, nil
	if got := (&handlertest.Driver{Call: s.call}).Do(t, fixed.Run, r); got.Failure != nil {
		t.Errorf("%+v", got.Failure)
	}
	r = request(t, handler.Update, `{"Size": 2, "Note": 1}`)
	r.PhysicalID = "b"
	r.Previous, _ = document.Read(`{"Size": "2", "Note": 2}`)
	if got := (&handlertest.Driver{Call: s.call}).Do(t, fixed.Run, r); got.Failure != nil {
		t.Errorf("%+v", got.Failure)
	}
}

// TestCreatesHaveNoPrevious: what a create sets is new, also if its request has the properties before.
func TestCreatesHaveNoPrevious(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{}}
	careful := boxType(handler.ByTags)
	careful.Configure = func(n *handler.Turn) error {
		if !n.Changed("Size") {
			return nil
		}
		return n.Call(op("Size"), &box{ID: n.ID, Size: n.Text("Size")}, nil)
	}
	got := (&handlertest.Driver{Call: s.call}).Do(t, careful.Run, request(t, handler.Create, `{"Size": 2}`))
	if got.Failure != nil || s.boxes["box-1"].Size != "2" {
		t.Errorf("%+v, %+v", got, s.boxes["box-1"])
	}
}

// TestTagsAlone: where only the stack's tags are others, nothing else is called; without a change all is asked for again.
func TestTagsAlone(t *testing.T) {
	t.Parallel()
	for _, changed := range []bool{true, false} {
		s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
		r := request(t, handler.Update, `{"Size": 2}`)
		r.PhysicalID, r.PreviousTags = "b", r.Tags
		if changed {
			r.PreviousTags = nil
		}
		tagged := boxType(handler.ByTags)
		tagged.Tagging = &handler.Tagging{Tag: func(n *handler.Turn, _ []handler.Tag) error { return n.Call(op("Tag"), nil, nil) }}
		if got := (&handlertest.Driver{Call: s.call}).Do(t, tagged.Run, r); got.Failure != nil {
			t.Fatal(got.Failure)
		}
		want := []string{"Size"}
		if changed {
			want = []string{"Tag"}
		}
		if !slices.Equal(s.calls, want) {
			t.Errorf("calls are %v, want %v", s.calls, want)
		}
	}
}

// TestStable: a resource has its time, and is looked at less often as it goes on.
func TestStable(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
	slow := boxType(handler.ByTags)
	looks := 0
	slow.Within = 3 * time.Hour
	slow.Read = func(*handler.Turn) (bool, error) { looks++; return false, nil }
	r := request(t, handler.Update, "{}")
	r.PhysicalID = "b"
	d := &handlertest.Driver{Call: s.call}
	got := d.Do(t, slow.Run, r)
	if got.Failure == nil || got.Failure.Code != handler.NotStabilized || got.Failure.Message != `Resource handler returned message: "Exceeded attempts to wait"` {
		t.Errorf("%+v", got.Failure)
	}
	if took := d.Now.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); took != 3*time.Hour || looks > 900 {
		t.Errorf("%d looks in %s", looks, took)
	}
	looks = 0
	slow.Read = func(*handler.Turn) (bool, error) { looks++; return looks == 2, nil }
	first := slow.Run(t.Context(), s.call, handler.Request{Action: handler.Update, PhysicalID: "b", LogicalID: "Box", Properties: r.Properties, Previous: r.Properties, Began: d.Now, Now: d.Now})
	if !first.Configured || first.Again == 0 {
		t.Errorf("%+v", first)
	}
}

// TestLooksFail: looks that are throttled, or fail now and then, only slow a resource that gets stable, or goes.
func TestLooksFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		every int // how many looks there are to one that does not fail
	}{{refusal(400, "ThrottlingException"), 50}, {refusal(500, "InternalFailure"), 2}} {
		for _, action := range []handler.Action{handler.Update, handler.Delete} {
			s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
			slow := boxType(handler.ByTags)
			looks := 0
			slow.Read = func(*handler.Turn) (bool, error) {
				if looks++; looks%c.every != 0 {
					return false, c.err
				}
				return looks >= 100, nil
			}
			slow.Gone = slow.Read
			r := request(t, action, "{}")
			r.PhysicalID = "b"
			if got := (&handlertest.Driver{Call: s.call}).Do(t, slow.Run, r); got.Failure != nil || looks != 100 {
				t.Errorf("%s, %v: %+v after %d looks", action, c.err, got.Failure, looks)
			}
		}
	}
}

// TestDeniedCreates: a create that is denied has made nothing, so its delete succeeds, also where looking for it is denied.
func TestDeniedCreates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first  string // what the first create answers
		failed bool   // whether the delete fails
	}{{"AccessDenied", false}, {"InternalFailure", true}} {
		for _, identity := range []handler.Identity{handler.ByName, handler.ByTags} {
			s := &shelf{boxes: map[string]*box{}, unique: identity == handler.ByName}
			denied := false
			s.refuse = func(operation string) error {
				switch {
				case denied:
					return refusal(403, "AccessDenied")
				case operation == "Make":
					denied = true
					return refusal(400, c.first)
				}
				return nil
			}
			r := request(t, handler.Create, `{"Size": 1}`)
			got := (&handlertest.Driver{Call: s.call}).Do(t, boxType(identity).Run, r)
			if got.Failure == nil || got.PhysicalID != "" {
				t.Fatalf("%s: %+v", c.first, got)
			}
			r.Action, r.CreateProgress = handler.Delete, got.Progress
			if got = (&handlertest.Driver{Call: s.call}).Do(t, boxType(identity).Run, r); (got.Failure != nil) != c.failed {
				t.Errorf("%v, %s: the delete: %+v", identity, c.first, got.Failure)
			}
		}
	}
}

// TestThrottledCalls: a step of many calls ends although most calls are throttled at first.
func TestThrottledCalls(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
	calls := 0
	s.refuse = func(string) error {
		if calls++; calls%3 != 0 {
			return refusal(400, "ThrottlingException")
		}
		return nil
	}
	many := boxType(handler.ByTags)
	many.Update = func(n *handler.Turn) error {
		for range 6 {
			if err := n.Call(op("Size"), &box{ID: n.ID, Size: n.Text("Size")}, nil); err != nil {
				return err
			}
		}
		return nil
	}
	r := request(t, handler.Update, `{"Size": 2}`)
	r.PhysicalID, r.PreviousTags = "b", r.Tags
	if got := (&handlertest.Driver{Call: s.call}).Do(t, many.Run, r); got.Failure != nil || s.boxes["b"].Size != "2" {
		t.Errorf("%+v after %d calls", got.Failure, calls)
	}
}

// TestRefusalsAreSaidOnce: the log warns once of what a call is made again after.
func TestRefusalsAreSaidOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"DependencyViolation", "ThrottlingException"} {
		s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}}
		left, warned := 7, 0
		s.refuse = func(string) error {
			if left--; left >= 0 {
				return refusal(400, code)
			}
			return nil
		}
		r := request(t, handler.Delete, "{}")
		r.PhysicalID = "b"
		d := &handlertest.Driver{Call: func(ctx context.Context, o apiclient.Operation, in, out any) error {
			err := s.call(ctx, o, in, out)
			if err != nil && !apiclient.Expects(ctx, code) {
				warned++
			}
			if apiclient.Expects(ctx, "ValidationError") {
				t.Error("other refusals are expected")
			}
			return err
		}}
		if got := d.Do(t, boxType(handler.ByTags).Run, r); got.Failure != nil || warned != 1 || len(s.calls) != 8 {
			t.Errorf("%s: %d of %d refusals are warned of: %+v", code, warned, len(s.calls), got)
		}
	}
}

// TestTheTimeToDelete of what has users is five minutes, to the second.
func TestTheTimeToDelete(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{"b": {ID: "b"}}, refuse: func(string) error { return refusal(400, "DependencyViolation") }}
	r := request(t, handler.Delete, "{}")
	r.PhysicalID = "b"
	d := &handlertest.Driver{Call: s.call}
	got := d.Do(t, boxType(handler.ByTags).Run, r)
	if took := d.Now.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); got.Failure == nil || took != 5*time.Minute {
		t.Errorf("%+v after %s", got, took)
	}
}

// TestTwoStacksWithOneName: where another stack makes what has a custom name after this one has looked, the create fails, and its delete
// leaves what the other has made, also of types without tags. A step that may have been taken before is another matter.
func TestTwoStacksWithOneName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		repeated bool
		code     handler.Code
		left     int
	}{{false, handler.AlreadyExists, 1}, {true, "", 0}} {
		s := &shelf{boxes: map[string]*box{}, unique: true}
		untagged := boxType(handler.ByName)
		find := untagged.Find
		untagged.Find = func(n *handler.Turn) ([]handler.Found, error) {
			found, err := find(n)
			for i := range found {
				found[i].Tags = nil
			}
			return found, err
		}
		r := request(t, handler.Create, `{"Name": "custom"}`)
		looked := untagged.Run(t.Context(), s.call, r)
		s.boxes["theirs"] = &box{ID: "theirs", Name: "custom"}
		r.Progress, r.Repeated = looked.Progress, c.repeated
		got := untagged.Run(t.Context(), s.call, r)
		if code := codeOf(got.Failure); code != c.code {
			t.Errorf("repeated %t: %q, %+v", c.repeated, code, got)
		}
		r.Action, r.PhysicalID, r.Progress, r.CreateProgress = handler.Delete, got.PhysicalID, "", got.Progress
		if got := (&handlertest.Driver{Call: s.call}).Do(t, untagged.Run, r); got.Failure != nil || len(s.boxes) != c.left {
			t.Errorf("repeated %t: the delete leaves %d boxes: %+v", c.repeated, len(s.boxes), got)
		}
	}
}

func codeOf(f *handler.Failure) handler.Code {
	if f == nil {
		return ""
	}
	return f.Code
}

// TestTwoStacksThatPut: of two stacks that put something of one custom name at once, one does.
func TestTwoStacksThatPut(t *testing.T) {
	t.Parallel()
	s := &shelf{boxes: map[string]*box{}}
	puts := boxType(handler.ByName)
	puts.Puts = true
	var turns [2]handler.Request
	for i := range turns {
		turns[i] = request(t, handler.Create, `{"Name": "custom"}`)
		turns[i].StackID = fmt.Sprint("arn:stack-", i)
		turns[i].Progress = puts.Run(t.Context(), s.call, turns[i]).Progress // both have looked
	}
	var mu sync.Mutex
	call := func(ctx context.Context, o apiclient.Operation, in, out any) error {
		mu.Lock()
		defer mu.Unlock()
		return s.call(ctx, o, in, out)
	}
	var codes [2]handler.Code
	var running sync.WaitGroup
	for i, r := range turns {
		running.Go(func() { codes[i] = codeOf(puts.Run(t.Context(), call, r).Failure) })
	}
	running.Wait()
	slices.Sort(codes[:])
	if len(s.boxes) != 1 || codes != [2]handler.Code{"", handler.AlreadyExists} {
		t.Errorf("%d boxes, failures %q", len(s.boxes), codes)
	}
}
