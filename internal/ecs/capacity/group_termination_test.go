package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
)

func ids(members []GroupMember) (list []string) {
	for _, m := range members {
		list = append(list, m.InstanceID)
	}
	return list
}

func TestTerminationPolicies(t *testing.T) {
	members := []GroupMember{member("1a"), member("2a"), member("3a")}
	members[0].Age, members[0].LaunchedAt = Age{fromTemplate, 1}, noon.Add(-70*time.Minute)
	members[1].Age, members[1].LaunchedAt = Age{fromOtherTemplate, 7}, noon.Add(-50*time.Minute)
	members[2].Age, members[2].LaunchedAt = Age{fromTemplate, 2}, noon.Add(-59*time.Minute)
	for _, c := range []struct {
		policies []string
		want     string
	}{
		{[]string{"Default"}, "2a"},
		{[]string{"OldestInstance"}, "1a"},
		{[]string{"NewestInstance", "Default"}, "2a"},
		{[]string{"OldestLaunchTemplate"}, "2a"},
		{[]string{"OldestLaunchConfiguration"}, "1a"}, // none has one
		{[]string{"ClosestToNextInstanceHour"}, "3a"},
	} {
		v := GroupView{Now: noon, Group: &autoscaling.Group{TerminationPolicies: c.policies}}
		if got := v.selectForTermination(members, 1); got[0].InstanceID != c.want {
			t.Errorf("%v: %s; want %s", c.policies, got[0].InstanceID, c.want)
		}
	}
}

// The user guide tells it for one instance: the zones with most instances, then what the
// policies leave over, one after the other. The reference does so again and again.
func TestSelectForTerminationIsWhatTheUserGuideTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := GroupView{Now: noon, Group: &autoscaling.Group{
			TerminationPolicies: rapid.SliceOfN(rapid.SampledFrom(autoscaling.TerminationPolicies), 1, 3).Draw(t, "policies"),
		}}
		var active []GroupMember
		for n := range rapid.IntRange(0, 12).Draw(t, "instances") {
			m := member(fmt.Sprintf("%x%s", n, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "zone")))
			m.Protected = rapid.Bool().Draw(t, "protected")
			m.LaunchedAt = noon.Add(-time.Duration(rapid.IntRange(0, 4).Draw(t, "age")) * 25 * time.Minute)
			m.Age = Age{rapid.IntRange(fromConfiguration, fromTemplate).Draw(t, "kind"), rapid.Int64Range(1, 2).Draw(t, "number")}
			active = append(active, m)
		}
		n := rapid.IntRange(0, 12).Draw(t, "surplus")
		if got, want := ids(v.selectForTermination(active, n)), ids(v.selectOneByOne(active, n)); !slices.Equal(got, want) {
			t.Fatalf("%v: got %v, want %v", v.Group.TerminationPolicies, got, want)
		}
	})
}

func (v GroupView) selectOneByOne(active []GroupMember, n int) (selected []GroupMember) {
	zones := map[string]int{}
	for _, m := range active {
		zones[m.Zone]++
	}
	left := slices.DeleteFunc(slices.Clone(active), func(m GroupMember) bool { return m.Protected })
	for ; n > 0 && len(left) > 0; n-- {
		fullest := slices.MaxFunc(left, func(a, b GroupMember) int { return cmp.Compare(zones[a.Zone], zones[b.Zone]) })
		most := zones[fullest.Zone]
		candidates := slices.DeleteFunc(slices.Clone(left), func(m GroupMember) bool { return zones[m.Zone] < most })
		for _, policy := range v.Group.TerminationPolicies {
			candidates = v.narrow(candidates, policy)
		}
		chosen := slices.MinFunc(candidates, func(a, b GroupMember) int {
			return cmp.Or(a.LaunchedAt.Compare(b.LaunchedAt), strings.Compare(a.InstanceID, b.InstanceID))
		})
		zones[chosen.Zone]--
		left = slices.DeleteFunc(left, func(m GroupMember) bool { return m.InstanceID == chosen.InstanceID })
		selected = append(selected, chosen)
	}
	return selected
}

// narrow keeps the instances that a policy would terminate first.
func (v GroupView) narrow(from []GroupMember, policy string) []GroupMember {
	key := func(m GroupMember) [2]int64 { return [2]int64{int64(m.Age.Kind), m.Age.Number} }
	switch {
	case policy == "OldestInstance":
		key = func(m GroupMember) [2]int64 { return [2]int64{m.LaunchedAt.Unix()} }
	case policy == "NewestInstance":
		key = func(m GroupMember) [2]int64 { return [2]int64{-m.LaunchedAt.Unix()} }
	case policy == "ClosestToNextInstanceHour":
		key = func(m GroupMember) [2]int64 { return [2]int64{int64(time.Hour - v.Now.Sub(m.LaunchedAt)%time.Hour)} }
	case policy == "OldestLaunchConfiguration" && !slices.ContainsFunc(from, func(m GroupMember) bool { return m.Age.Kind == fromConfiguration }):
		return from
	}
	compare := func(a, b GroupMember) int {
		x, y := key(a), key(b)
		return slices.Compare(x[:], y[:])
	}
	first := slices.MinFunc(from, compare)
	return slices.DeleteFunc(slices.Clone(from), func(m GroupMember) bool { return compare(m, first) > 0 })
}

func BenchmarkScaleIn(b *testing.B) {
	var members []string
	for n := range 1000 {
		members = append(members, fmt.Sprintf("%d%c", n%10, 'a'+n%3)+fmt.Sprint(n))
	}
	v := view(0, members...)
	for b.Loop() {
		v.selectForTermination(v.Members, 1000)
	}
}
