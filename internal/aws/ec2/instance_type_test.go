package ec2_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestInstanceTypes(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]ec2.InstanceType{
		"t3.micro":     {VCPUs: 2, MemoryMiB: 1024, Registered: 954, ENIs: 2, Architecture: ec2.X86},
		"c5.large":     {VCPUs: 2, MemoryMiB: 4096, Registered: 3704, ENIs: 3, Architecture: ec2.X86},
		"m7g.4xlarge":  {VCPUs: 16, MemoryMiB: 65536, Registered: 62914, ENIs: 8, Architecture: ec2.ARM},
		"p3.2xlarge":   {VCPUs: 8, MemoryMiB: 62464, Registered: 60900, ENIs: 4, GPUs: 1, Architecture: ec2.X86},
		"c5.9xlarge":   {VCPUs: 36, MemoryMiB: 73728, Registered: 70778, ENIs: 8, Architecture: ec2.X86},
		"c5.18xlarge":  {VCPUs: 72, MemoryMiB: 147456, Registered: 141557, ENIs: 15, Architecture: ec2.X86},
		"m5.metal":     {VCPUs: 96, MemoryMiB: 393216, Registered: 377487, ENIs: 15, Architecture: ec2.X86},
		"m5zn.3xlarge": {VCPUs: 12, MemoryMiB: 49152, Registered: 47185, ENIs: 8, Architecture: ec2.X86},
		"m4.large":     {VCPUs: 2, MemoryMiB: 8192, Registered: 7864, ENIs: 2, Architecture: ec2.X86},
		"r6gd.medium":  {VCPUs: 1, MemoryMiB: 8192, Registered: 7864, ENIs: 2, Architecture: ec2.ARM},
		"g5.48xlarge":  {VCPUs: 192, MemoryMiB: 786432, Registered: 754974, ENIs: 7, GPUs: 8, Architecture: ec2.X86},
	} {
		want.Name = name
		if got := ec2.FindInstanceType(s.Read(), name); got == nil || *got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	for _, name := range []string{"c5.8xlarge", "c5.16xlarge", "m5.3xlarge", "t3.metal", "c5", ""} {
		if got := ec2.FindInstanceType(s.Read(), name); got != nil {
			t.Errorf("AWS has no %s: got %+v", name, got)
		}
	}
	if got := ec2.FindInstanceType(s.Read(), "mine.big"); got != nil {
		t.Errorf("got %+v before it was added", got)
	}
	if err := s.Update(func(tx *store.Tx) error {
		ec2.AddInstanceType(tx, ec2.InstanceType{Name: "mine.big", VCPUs: 100, MemoryMiB: 1000})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := ec2.FindInstanceType(s.Read(), "mine.big"); got == nil || got.CPU() != 102400 || got.Registered != 960 || got.Architecture != ec2.X86 {
		t.Errorf("got %+v", got)
	}
}

// TestFamiliesHaveTheSizesOfTheModel: a family has the sizes that AWS's model lists, and no others.
func TestFamiliesHaveTheSizesOfTheModel(t *testing.T) {
	unrecorded := []string{"m9g.metal-24xl", "m9gd.metal-24xl"} // in the model, in no recorded answer
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	of := map[string][]string{}
	for _, known := range ec2.InstanceTypes(s.Read()) {
		family, _, _ := strings.Cut(known.Name, ".")
		of[family] = append(of[family], known.Name)
	}
	model := map[string][]string{}
	for _, name := range types.InstanceType("").Values() {
		if family, _, _ := strings.Cut(string(name), "."); !slices.Contains(unrecorded, string(name)) {
			model[family] = append(model[family], string(name))
		}
	}
	for family, have := range of {
		slices.Sort(model[family])
		if !slices.Equal(have, model[family]) {
			t.Errorf("%s has %s; the model %s", family, have, model[family])
		}
	}
	for _, family := range []string{"t3", "m5", "c5", "r5", "c7g", "m7i-flex", "g5", "p5"} {
		if of[family] == nil {
			t.Errorf("there is no %s", family)
		}
	}
}
