package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// references write a reference to a resource in ways that templates know.
var references = []string{
	"!Ref %s", "!GetAtt %s.Arn", "!Sub '${%s}-x'", "!Sub ['${V}', {V: !GetAtt %s.Arn}]", "!Join ['-', [a, !Ref %s]]",
	"!Select [1, [a, !Ref %s]]", "!Base64 {Ref: %s}", "!Split ['-', !Ref %s]", "[{Deep: {'Fn::GetAtt': [%s, Arn]}}]",
	"!If [Holds, !Ref %s, x]", "!If [Fails, x, {K: !Ref %s}]",
}

// TestGraphs: of random graphs of resources, dependencies are what was written, an order fills all, and one more reference
// back is a cycle.
func TestGraphs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "resources")
		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				yield(i)
			}
		})).Draw(t, "order")
		place := make([]int, n) // in the order of dependencies
		for i, name := range order {
			place[name] = i
		}
		want := make([]map[string]bool, n)
		text := strings.Builder{}
		text.WriteString("Conditions: {Holds: !Equals [a, a], Fails: !Equals [a, b]}\nResources:\n")
		for i := range n {
			want[i] = map[string]bool{}
			fmt.Fprintf(&text, "  R%d:\n    Type: T\n    Properties:\n      Fixed: !If [Fails, !Ref R%d, x]\n", i, (i+1)%n)
			for j := range n {
				if place[j] >= place[i] || !rapid.Bool().Draw(t, "refers") {
					continue
				}
				other := fmt.Sprintf("R%d", j)
				want[i][other] = true
				fmt.Fprintf(&text, "      P%d: %s\n", j, fmt.Sprintf(rapid.SampledFrom(references).Draw(t, "how"), other))
			}
		}
		stack, err := resolve(text.String(), nil)
		if err != nil {
			t.Fatalf("%s\n%v", text.String(), err)
		}
		holdOrder(t, stack, want)
		last, first := order[n-1], order[0]
		want[last][fmt.Sprintf("R%d", first)] = true
		back := text.String() + fmt.Sprintf("  Z: {Type: T, DependsOn: R%d}\n", last)
		back = strings.Replace(back, fmt.Sprintf("  R%d:\n    Type: T\n", first), fmt.Sprintf("  R%d:\n    Type: T\n    DependsOn: R%d\n", first, last), 1)
		back = strings.Replace(back, fmt.Sprintf("  R%d:\n    Type: T\n", last), fmt.Sprintf("  R%d:\n    Type: T\n    DependsOn: R%d\n", last, first), 1)
		if _, err := resolve(back, nil); err == nil || !strings.HasPrefix(err.Error(), "Circular dependency between resources: [") || strings.Contains(err.Error(), "Z") {
			t.Fatalf("%s\n%v", back, err)
		}
	})
}

// holdOrder fills resources as soon as all that they need are made.
func holdOrder(t *rapid.T, stack *template.Stack, want []map[string]bool) {
	made := map[string]bool{}
	for len(made) < len(stack.Resources) {
		before := len(made)
		for i, r := range stack.Resources {
			if names := slices.Sorted(maps.Keys(want[i])); !slices.Equal(r.Dependencies, names) {
				t.Fatalf("%s depends on %v, want %v", r.LogicalID, r.Dependencies, names)
			}
			if made[r.LogicalID] || slices.ContainsFunc(r.Dependencies, func(name string) bool { return !made[name] }) {
				continue
			}
			made[r.LogicalID] = true
			filled, err := template.Fill(r.Properties, func(of document.Reference) (*document.Value, error) {
				if !made[of.Resource] {
					return nil, nil
				}
				return document.NewText("made-" + of.Resource), nil
			})
			if err != nil || !filled.Known() {
				t.Fatalf("%s is filled with %s, %v", r.LogicalID, filled.JSON(), err)
			}
		}
		if len(made) == before {
			t.Fatal("no resource can be made")
		}
	}
}
