package label

import (
	"maps"
	"strings"
	"testing"
)

func TestSpecLabels(t *testing.T) {
	o := Owner{"me", Place{"/data", "host", "mnt:[1]"}}
	spec := map[string]string{"a": "1", "with, comma": "2", OwnerKey: "forged", "ecs-emulator.host": "the agent's"}
	all := o.Labels(Container, spec)
	all["of-the-image"] = "x"
	if all[OwnerKey] != "me" || PlaceOf(all) != o.Place || all[KindKey] != "container" {
		t.Errorf("labels %v", all)
	}
	delete(spec, OwnerKey)
	got := SpecLabels(all)
	delete(got, OwnerKey)
	if !maps.Equal(got, spec) {
		t.Errorf("labels of the spec %v; want %v", got, spec)
	}
}

// Task definitions give containers and volumes labels of their own.
func TestLabelsOfASpecDoNotPassForOurs(t *testing.T) {
	spec := map[string]string{"team": "blue", OwnerKey: "another", KindKey: "sandbox", BoundKey: "x", DirectoryKey: "/"}
	want := map[string]string{"team": "blue", OwnerKey: "me", KindKey: "container", SpecKey: `["team"]`}
	if got := (Owner{Name: "me"}).Labels(Container, spec); !maps.Equal(got, want) {
		t.Errorf("labels are %v; want %v", got, want)
	}
	if len(spec) != 5 {
		t.Errorf("the spec has %v", spec)
	}
}

func TestResourceNamesAreReadableAndNeverCollide(t *testing.T) {
	if got := (Owner{Name: "dev"}).ResourceName("vpc-0abc"); got != "ecs-emulator-dev-vpc-0abc" {
		t.Errorf("name %q", got)
	}
	seen := map[string]string{}
	for _, owner := range []string{"a b", "a-b", "a_b", "a/b", strings.Repeat("a", 30) + "1", strings.Repeat("a", 30) + "2", ""} {
		name := Owner{Name: owner}.ResourceName("vpc")
		if other, taken := seen[name]; taken {
			t.Errorf("owners %q and %q share %q", owner, other, name)
		}
		seen[name] = owner
	}
}

func TestUniqueNamesAreAsLongAsTheyMayBe(t *testing.T) {
	o := Owner{Name: strings.Repeat("a", 24)}
	a, b := o.UniqueNameWithin(strings.Repeat("b", 60), 63), o.UniqueNameWithin(strings.Repeat("b", 60), 63)
	if len(a) != 63 || a == b || !strings.HasPrefix(a, o.ResourceName("bbb")) {
		t.Errorf("names %s, %s", a, b)
	}
	if got := o.UniqueNameWithin("c", 63); !strings.HasPrefix(got, o.ResourceName("c-")) {
		t.Errorf("name %s", got)
	}
}
