package instance

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// mostTypes is how many instance types an answer has. Source: EC2 API reference, DescribeInstanceTypes.
const mostTypes = 100

// DescribeInstanceTypes answers the instance types that can be launched.
func (a *API) DescribeInstanceTypes(_ context.Context, in *sdk.DescribeInstanceTypesInput) (*sdk.DescribeInstanceTypesOutput, error) {
	tx := a.Store.Read()
	var rows []types.InstanceTypeInfo
	var asked, unknown []string
	for _, name := range in.InstanceTypes {
		asked = append(asked, string(name))
		if ec2.FindInstanceType(tx, string(name)) == nil {
			unknown = append(unknown, string(name))
		}
	}
	if unknown != nil { // Source: recorded answers
		return nil, kit.Refuse("InvalidInstanceType", "The following supplied instance types do not exist: [%s]", strings.Join(unknown, ", "))
	}
	for _, t := range ec2.InstanceTypes(tx) {
		if len(asked) == 0 || slices.Contains(asked, t.Name) {
			rows = append(rows, describeType(t))
		}
	}
	found, err := kit.Describe(rows, in.Filters, nil, "instance-type", typeValues, nil)
	if err != nil {
		return nil, err
	}
	most := cmp.Or(in.MaxResults, aws.Int32(mostTypes)) // Source: field reports, of callers that took the first page for all
	found, next, err := kit.Page(found, func(t types.InstanceTypeInfo) string { return string(t.InstanceType) }, most, in.NextToken, 5, mostTypes)
	return &sdk.DescribeInstanceTypesOutput{InstanceTypes: found, NextToken: next}, err
}

// describeType is what placement goes by, and what AWS's documentation has of the hardware:
// Terraform finds only types with EbsInfo and PlacementGroupInfo.
func describeType(t *ec2.InstanceType) types.InstanceTypeInfo {
	threads := int32(t.ThreadsPerCore())
	burstable := t.Burstable()
	info := types.InstanceTypeInfo{
		InstanceType: types.InstanceType(t.Name), CurrentGeneration: aws.Bool(!t.Previous()), FreeTierEligible: aws.Bool(t.Name == "t2.micro" || t.Name == "t3.micro"),
		BareMetal: aws.Bool(t.Metal()), Hypervisor: types.InstanceTypeHypervisorNitro, InstanceStorageSupported: aws.Bool(t.StorageGB() > 0),
		BurstablePerformanceSupported: &burstable,
		SupportedUsageClasses:         []types.UsageClassType{types.UsageClassTypeOnDemand}, SupportedRootDeviceTypes: []types.RootDeviceType{types.RootDeviceTypeEbs},
		SupportedVirtualizationTypes: []types.VirtualizationType{types.VirtualizationTypeHvm},
		ProcessorInfo:                &types.ProcessorInfo{SupportedArchitectures: []types.ArchitectureType{types.ArchitectureType(t.Architecture)}},
		VCpuInfo:                     &types.VCpuInfo{DefaultVCpus: aws.Int32(int32(t.VCPUs)), DefaultCores: aws.Int32(max(1, int32(t.VCPUs)/threads)), DefaultThreadsPerCore: &threads},
		MemoryInfo:                   &types.MemoryInfo{SizeInMiB: aws.Int64(int64(t.MemoryMiB))},
		NetworkInfo:                  describeNetwork(t),
		EbsInfo: &types.EbsInfo{
			EbsOptimizedSupport: types.EbsOptimizedSupportDefault, EncryptionSupport: types.EbsEncryptionSupportSupported, NvmeSupport: types.EbsNvmeSupportRequired,
		},
		PlacementGroupInfo: &types.PlacementGroupInfo{SupportedStrategies: placementStrategies(t)},
	}
	switch {
	case t.Metal():
		info.Hypervisor = ""
	case t.Xen():
		info.Hypervisor, info.EbsInfo.NvmeSupport = types.InstanceTypeHypervisorXen, types.EbsNvmeSupportUnsupported
	}
	if strings.HasPrefix(t.Name, "t2.") {
		info.EbsInfo.EbsOptimizedSupport = types.EbsOptimizedSupportUnsupported
	}
	if size := t.StorageGB(); size > 0 {
		info.InstanceStorageInfo = &types.InstanceStorageInfo{TotalSizeInGB: aws.Int64(int64(size))}
	}
	if t.GPUs > 0 {
		info.GpuInfo = describeGPUs(t)
	}
	return info
}

// describeNetwork is what a type has for networks. Source of the adapters: EC2 user guide,
// enhanced networking.
func describeNetwork(t *ec2.InstanceType) *types.NetworkInfo {
	info := &types.NetworkInfo{
		MaximumNetworkInterfaces: aws.Int32(int32(t.ENIs)), MaximumNetworkCards: aws.Int32(int32(t.NetworkCards())), DefaultNetworkCardIndex: aws.Int32(0),
		EnaSupport: types.EnaSupportRequired, Ipv6Supported: aws.Bool(true),
	}
	switch {
	case strings.HasPrefix(t.Name, "t2."):
		info.EnaSupport = types.EnaSupportUnsupported
	case t.Xen():
		info.EnaSupport = types.EnaSupportSupported
	}
	if n := int32(t.AddressesPerInterface()); n > 0 {
		info.Ipv4AddressesPerInterface, info.Ipv6AddressesPerInterface = &n, &n
	}
	return info
}

// placementStrategies of placement groups that a type can be in. Source: EC2 user guide,
// placement groups, of which burstable and flex types have no cluster.
func placementStrategies(t *ec2.InstanceType) []types.PlacementGroupStrategy {
	if t.Burstable() || t.Flex() {
		return []types.PlacementGroupStrategy{types.PlacementGroupStrategyPartition, types.PlacementGroupStrategySpread}
	}
	return []types.PlacementGroupStrategy{types.PlacementGroupStrategyCluster, types.PlacementGroupStrategyPartition, types.PlacementGroupStrategySpread}
}

// describeGPUs has all members that Terraform's provider reads unasked, of types that are
// not AWS's as well.
func describeGPUs(t *ec2.InstanceType) *types.GpuInfo {
	model, count := t.GPU(), int32(t.GPUs)
	device := types.GpuDeviceInfo{Count: &count, Manufacturer: aws.String("NVIDIA"), MemoryInfo: &types.GpuDeviceMemoryInfo{SizeInMiB: aws.Int32(int32(model.MemoryMiB))}}
	if model.Name != "" {
		device.Name = &model.Name
	}
	return &types.GpuInfo{Gpus: []types.GpuDeviceInfo{device}, TotalGpuMemoryInMiB: aws.Int32(count * int32(model.MemoryMiB))}
}

// typeValues knows filters by what is described; any other one is refused, also one that
// EC2 knows.
var typeValues = kit.Values[types.InstanceTypeInfo](kit.Filters{
	Named: []string{
		"instance-type", "current-generation", "free-tier-eligible", "bare-metal", "burstable-performance-supported", "hypervisor",
		"processor-info.supported-architecture", "supported-virtualization-type", "network-info.maximum-network-interfaces",
	},
	Members: map[string]string{
		"supported-usage-class":   "SupportedUsageClasses",
		"memory-info.size-in-mib": "MemoryInfo.SizeInMiB",
		"vcpu-info.default-cores": "VCpuInfo.DefaultCores",
		"vcpu-info.default-vcpus": "VCpuInfo.DefaultVCpus",
	},
})
