package instancetype_test

import (
	"math/rand/v2"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func allTypes(t testing.TB) []*ec2.InstanceType {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	return ec2.InstanceTypes(rows.Read())
}

func within(n int32, min, max *int32) bool {
	return (min == nil || n >= *min) && (max == nil || n <= *max)
}

// check holds a type against requirements in the plain words of their documentation.
func check(t *ec2.InstanceType, r *types.InstanceRequirementsRequest) bool {
	match := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { ok, _ := path.Match(p, t.Name); return ok })
	}
	ok := t.GPUs == 0 && !t.Xen() && within(int32(t.VCPUs), r.VCpuCount.Min, r.VCpuCount.Max) && within(int32(t.MemoryMiB), r.MemoryMiB.Min, r.MemoryMiB.Max)
	ok = ok && (len(r.AllowedInstanceTypes) == 0 || match(r.AllowedInstanceTypes)) && !match(r.ExcludedInstanceTypes)
	switch r.BurstablePerformance {
	case types.BurstablePerformanceRequired:
		ok = ok && t.Burstable()
	case "", types.BurstablePerformanceExcluded:
		ok = ok && !t.Burstable()
	}
	switch r.BareMetal {
	case types.BareMetalRequired:
		ok = ok && t.Metal()
	case "", types.BareMetalExcluded:
		ok = ok && !t.Metal()
	}
	switch r.LocalStorage {
	case types.LocalStorageRequired:
		ok = ok && t.StorageGB() > 0
	case types.LocalStorageExcluded:
		ok = ok && t.StorageGB() == 0
	}
	if len(r.InstanceGenerations) == 1 {
		ok = ok && t.Previous() == (r.InstanceGenerations[0] == types.InstanceGenerationPrevious)
	}
	if m := r.MemoryGiBPerVCpu; m != nil {
		ratio := float64(t.MemoryMiB) / float64(1024*t.VCPUs)
		ok = ok && ratio >= *m.Min && ratio <= *m.Max
	}
	return ok
}

// TestTheSmallestTypeIsChosen draws requirements and needs: the type meets all of them and holds the need, and no smaller one does.
func TestTheSmallestTypeIsChosen(t *testing.T) {
	all := allTypes(t)
	found := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		req, need := anyRequirements(r), instancetype.Need{CPU: r.IntN(9000), Memory: r.IntN(40000), ENIs: r.IntN(6)}
		if r.IntN(2) == 0 {
			need.Architecture = ec2.ARM
		}
		chosen := instancetype.Smallest(instancetype.Eligible(all, req), need, nil)
		if chosen != nil {
			found++
			if !check(chosen, req) || !instancetype.Holds(chosen, need) {
				t.Fatalf("seed %d: %s does not meet %+v, or does not hold %+v", seed, chosen.Name, req, need)
			}
		}
		for _, other := range all {
			if check(other, req) && instancetype.Holds(other, need) && (chosen == nil || other.VCPUs < chosen.VCPUs || other.VCPUs == chosen.VCPUs && other.MemoryMiB < chosen.MemoryMiB) {
				t.Fatalf("seed %d: %s would do, and %v was chosen", seed, other.Name, chosen)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d of 400 draws have a type", found)
	}
}

func anyRequirements(r *rand.Rand) *types.InstanceRequirementsRequest {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	req := &types.InstanceRequirementsRequest{
		VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1 + r.Int32N(8))}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1 + r.Int32N(8192))},
		BurstablePerformance: types.BurstablePerformance(pick("", "included", "excluded", "required")),
		BareMetal:            types.BareMetal(pick("", "", "included", "excluded")),
		LocalStorage:         types.LocalStorage(pick("", "included", "excluded", "required")),
	}
	if r.IntN(2) == 0 {
		req.VCpuCount.Max = aws.Int32(*req.VCpuCount.Min + r.Int32N(16))
	}
	if r.IntN(2) == 0 {
		req.MemoryMiB.Max = aws.Int32(*req.MemoryMiB.Min + r.Int32N(65536))
	}
	switch r.IntN(4) {
	case 0:
		req.AllowedInstanceTypes = []string{pick("m*", "c*.large", "m5.xlarge", "t3.*")}
	case 1:
		req.ExcludedInstanceTypes = []string{pick("m*", "*.large", "t3.medium")}
	}
	if r.IntN(3) == 0 {
		req.InstanceGenerations = []types.InstanceGeneration{types.InstanceGeneration(pick("current", "previous"))}
	}
	if r.IntN(3) == 0 {
		req.MemoryGiBPerVCpu = &types.MemoryGiBPerVCpuRequest{Min: aws.Float64(float64(r.IntN(4))), Max: aws.Float64(float64(4 + r.IntN(8)))}
	}
	return req
}

func TestRequirementsThatContradictThemselves(t *testing.T) {
	count := func(min, max int32) *types.VCpuCountRangeRequest {
		return &types.VCpuCountRangeRequest{Min: &min, Max: &max}
	}
	for want, r := range map[string]*types.InstanceRequirementsRequest{
		"": nil,
		"vCpuCount.min must not be greater than vCpuCount.max.":                        {VCpuCount: count(4, 2)},
		"vCpuCount.min must be at least 1.":                                            {VCpuCount: count(0, 2)},
		"vCpuCount.max must be at least 1.":                                            {VCpuCount: &types.VCpuCountRangeRequest{Max: aws.Int32(0)}},
		"allowedInstanceTypes and excludedInstanceTypes cannot be specified together.": {AllowedInstanceTypes: []string{"m5.*"}, ExcludedInstanceTypes: []string{"t3.*"}},
		`"[" is not an instance type.`:                                                 {AllowedInstanceTypes: []string{"["}},
	} {
		if got := instancetype.Contradiction(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestManufacturersOfProcessors: the names of types tell who makes them.
func TestManufacturersOfProcessors(t *testing.T) {
	all := allTypes(t)
	for maker, want := range map[types.CpuManufacturer][2]string{
		types.CpuManufacturerIntel: {"m5.large", "m5a.large"}, types.CpuManufacturerAmd: {"m7a.large", "m7i-flex.large"},
		types.CpuManufacturerAmazonWebServices: {"m6g.large", "m6i.large"},
	} {
		names := map[string]bool{}
		for _, each := range instancetype.Eligible(all, &types.InstanceRequirementsRequest{CpuManufacturers: []types.CpuManufacturer{maker}}) {
			names[each.Name] = true
		}
		if !names[want[0]] || names[want[1]] {
			t.Errorf("of %s is %s: %v, and %s: %v", maker, want[0], names[want[0]], want[1], names[want[1]])
		}
	}
}

// TestWithoutRequirements: a general-purpose type of the current generation.
func TestWithoutRequirements(t *testing.T) {
	chosen := instancetype.Smallest(instancetype.Eligible(allTypes(t), nil), instancetype.Need{CPU: 256, Memory: 512, ENIs: 1, Architecture: ec2.X86}, nil)
	if chosen == nil || chosen.VCPUs > 2 || chosen.Previous() || chosen.Name[0] != 'm' {
		t.Errorf("%+v", chosen)
	}
}

// BenchmarkGoalChoiceOfType: requirements that all types meet, and a need that only the largest holds.
func BenchmarkGoalChoiceOfType(b *testing.B) {
	all := allTypes(b)
	for b.Loop() {
		const rounds = 20
		began := time.Now()
		for range rounds {
			eligible := instancetype.Eligible(all, &types.InstanceRequirementsRequest{
				VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1)}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1)}, BareMetal: types.BareMetalIncluded,
			})
			if instancetype.Smallest(eligible, instancetype.Need{CPU: 192 * 1024, Architecture: ec2.X86}, nil) == nil {
				b.Fatal("no type has 192 vCPUs")
			}
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000/rounds, "ms≤1")
	}
}
