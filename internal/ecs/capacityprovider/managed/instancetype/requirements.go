// Package instancetype chooses the EC2 instance type of a managed instance: of those that meet the instance requirements of the
// capacity provider the smallest that holds what is to run on it.
//
//	eligible := instancetype.Eligible(ec2.InstanceTypes(tx), requirements)
//	t := instancetype.Smallest(eligible, instancetype.Need{CPU: 512, Memory: 1024, ENIs: 1}, nil)
//
// AWS takes the cheapest one. Prices of most types are not known here, so the smallest is a choice: the fewest vCPUs, then the
// least memory, then one of the current generation, then the first by name.
//
// Source: ECS API reference, InstanceRequirementsRequest; EC2 user guide, attribute-based instance type selection, for what holds
// without a word.
package instancetype

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Contradiction says what of requirements no instance type can meet; empty: nothing. The words are the
// emulator's.
func Contradiction(r *types.InstanceRequirementsRequest) string {
	if r == nil {
		return ""
	}
	for _, b := range bounds(r) {
		switch {
		case b.min != nil && *b.min < b.least:
			return fmt.Sprintf("%s.min must be at least %g.", b.name, b.least)
		case b.max != nil && *b.max < b.least:
			return fmt.Sprintf("%s.max must be at least %g.", b.name, b.least)
		case b.min != nil && b.max != nil && *b.min > *b.max:
			return fmt.Sprintf("%s.min must not be greater than %s.max.", b.name, b.name)
		}
	}
	switch {
	case len(r.AllowedInstanceTypes) > 0 && len(r.ExcludedInstanceTypes) > 0:
		return "allowedInstanceTypes and excludedInstanceTypes cannot be specified together." // as EC2 has it
	case r.LocalStorage == types.LocalStorageExcluded && r.TotalLocalStorageGB != nil && r.TotalLocalStorageGB.Min != nil:
		return "totalLocalStorageGB.min cannot be specified while localStorage is excluded."
	}
	for _, list := range [][]string{r.AllowedInstanceTypes, r.ExcludedInstanceTypes} {
		for _, pattern := range list {
			if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
				return fmt.Sprintf("%q is not an instance type.", pattern)
			}
		}
	}
	return ""
}

// bound is a least and a most value of something that a type has.
type bound struct {
	name     string
	min, max *float64
	least    float64 // that makes sense
	of       func(t *ec2.InstanceType) float64
}

func (b bound) holds(t *ec2.InstanceType) bool {
	has := b.of(t)
	return (b.min == nil || has >= *b.min) && (b.max == nil || has <= *b.max)
}

func bounds(r *types.InstanceRequirementsRequest) (all []bound) {
	if v := r.VCpuCount; v != nil {
		all = append(all, bound{"vCpuCount", float(v.Min), float(v.Max), 1, func(t *ec2.InstanceType) float64 { return float64(t.VCPUs) }})
	}
	if v := r.MemoryMiB; v != nil {
		all = append(all, bound{"memoryMiB", float(v.Min), float(v.Max), 1, func(t *ec2.InstanceType) float64 { return float64(t.MemoryMiB) }})
	}
	if v := r.MemoryGiBPerVCpu; v != nil {
		all = append(all, bound{"memoryGiBPerVCpu", v.Min, v.Max, 0, func(t *ec2.InstanceType) float64 { return float64(t.MemoryMiB) / 1024 / float64(t.VCPUs) }})
	}
	if v := r.NetworkInterfaceCount; v != nil {
		all = append(all, bound{"networkInterfaceCount", float(v.Min), float(v.Max), 1, func(t *ec2.InstanceType) float64 { return float64(t.ENIs) }})
	}
	if v := r.TotalLocalStorageGB; v != nil {
		all = append(all, bound{"totalLocalStorageGB", v.Min, v.Max, 0, func(t *ec2.InstanceType) float64 { return float64(t.StorageGB()) }})
	}
	return all
}

func float(n *int32) *float64 {
	if n == nil {
		return nil
	}
	return aws.Float64(float64(*n))
}

// Meets reports whether a type meets requirements; nil are none. Types with GPUs meet none: accelerators are not built. Nor do
// those on Xen, which is a choice: Bottlerocket, which managed instances run, is made for Nitro.
func Meets(t *ec2.InstanceType, r *types.InstanceRequirementsRequest) bool {
	return compile(r).meets(t)
}

// compiled are requirements as they are held against many types.
type compiled struct {
	*types.InstanceRequirementsRequest
	bounds []bound
}

func compile(r *types.InstanceRequirementsRequest) compiled {
	if r == nil {
		return compiled{}
	}
	return compiled{r, bounds(r)}
}

func (r compiled) meets(t *ec2.InstanceType) bool {
	if t.GPUs > 0 || t.VCPUs < 1 || t.Xen() {
		return false
	}
	if r.InstanceRequirementsRequest == nil {
		return generalPurpose(t)
	}
	for i := range r.bounds {
		if !r.bounds[i].holds(t) {
			return false
		}
	}
	switch {
	case len(r.AllowedInstanceTypes) > 0 && !named(t, r.AllowedInstanceTypes), named(t, r.ExcludedInstanceTypes):
		return false
	case !wanted(t.Burstable(), string(r.BurstablePerformance), "excluded") || !wanted(t.Metal(), string(r.BareMetal), "excluded"):
		return false
	case r.LocalStorage != "" && !wanted(t.StorageGB() > 0, string(r.LocalStorage), "included"):
		return false
	case len(r.CpuManufacturers) > 0 && !slices.Contains(r.CpuManufacturers, manufacturer(t)):
		return false
	}
	return len(r.InstanceGenerations) == 0 || slices.Contains(r.InstanceGenerations, generation(t))
}

func named(t *ec2.InstanceType, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matches, err := path.Match(pattern, t.Name)
		return matches && err == nil
	})
}

// wanted holds what a type is, or is not, against included, excluded or required; without a word holds the default.
func wanted(is bool, word, otherwise string) bool {
	if word == "" {
		word = otherwise
	}
	return word == "included" || is == (word == "required")
}

// generalPurpose are the types of which one is taken where a provider says nothing: of the current generation, neither burstable
// nor bare metal. Source: ECS developer guide, Amazon ECS Managed Instances: general-purpose instance types.
func generalPurpose(t *ec2.InstanceType) bool {
	return strings.HasPrefix(t.Name, "m") && !t.Previous() && !t.Metal()
}

func generation(t *ec2.InstanceType) types.InstanceGeneration {
	if t.Previous() {
		return types.InstanceGenerationPrevious
	}
	return types.InstanceGenerationCurrent
}

// manufacturer is who makes the processors of a type: the letter behind the generation tells.
// Source: EC2 user guide, instance type naming conventions.
func manufacturer(t *ec2.InstanceType) types.CpuManufacturer {
	if t.Architecture == ec2.ARM {
		return types.CpuManufacturerAmazonWebServices
	}
	family, _, _ := strings.Cut(t.Name, ".")
	if options := strings.TrimLeft(strings.TrimLeft(family, "abcdefghijklmnopqrstuvwxyz"), "0123456789"); strings.HasPrefix(options, "a") {
		return types.CpuManufacturerAmd
	}
	return types.CpuManufacturerIntel
}
