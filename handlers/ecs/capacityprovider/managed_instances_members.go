package capacityprovider

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ManagedInstancesTable says what becomes of the members of a capacity provider of managed instances.
var ManagedInstancesTable = member.Of[types.ManagedInstancesProvider]("Managed instances: `managedInstancesProvider`",
	member.Act("autoRepairConfiguration.actionsStatus", "infrastructureOptimization.scaleInAfter", "infrastructureRoleArn", "propagateTags"),
	templateMembers, requirementMembers, priceMembers,
)

// ManagedInstancesMembers finds what is refused, and what has no effect.
var ManagedInstancesMembers = member.NewPlan[types.ManagedInstancesProvider](ManagedInstancesTable)

// Why members have no effect.
const (
	noPrices  = "shown; the smallest type stands for the cheapest, as prices of most types are not known"
	noFIPS    = "shown; the cryptography of an instance is the container engine's"
	noTags    = "shown; the metadata of an instance have no tags"
	noStorage = "shown; storage is the container engine's"
)

const template = "instanceLaunchTemplate."

var templateMembers = slices.Concat(
	member.Act(template+"ec2InstanceProfileArn", template+"monitoring", template+"networkConfiguration.securityGroups", template+"networkConfiguration.subnets"),
	member.ActOnlyAs(template+"capacityOptionType", []string{"ON_DEMAND", "SPOT"}, "no capacity is reserved"),
	member.Refuse(template+"capacityReservations", "no capacity is reserved"),
	member.Refuse(template+"localStorageConfiguration.useLocalStorage", "storage is the container engine's"),
	member.Keep(template+"fipsEnabled", noFIPS),
	member.Keep(template+"instanceMetadataTagsPropagation", noTags),
	member.Keep(template+"storageConfiguration.storageSizeGiB", noStorage),
)

const requirements = template + "instanceRequirements."

var requirementMembers = slices.Concat(
	accelerators("acceleratorCount"), accelerators("acceleratorManufacturers"), accelerators("acceleratorNames"), accelerators("acceleratorTotalMemoryMiB"),
	accelerators("acceleratorTypes"), untold("baselineEbsBandwidthMbps"), untold("localStorageTypes"), untold("networkBandwidthGbps"),
	untold("requireHibernateSupport"),
	member.Act(
		requirements+"allowedInstanceTypes", requirements+"bareMetal", requirements+"burstablePerformance", requirements+"cpuManufacturers",
		requirements+"excludedInstanceTypes", requirements+"instanceGenerations", requirements+"localStorage",
		requirements+"memoryGiBPerVCpu.max", requirements+"memoryGiBPerVCpu.min", requirements+"memoryMiB.max", requirements+"memoryMiB.min",
		requirements+"networkInterfaceCount.max", requirements+"networkInterfaceCount.min", requirements+"totalLocalStorageGB.max",
		requirements+"totalLocalStorageGB.min", requirements+"vCpuCount.max", requirements+"vCpuCount.min",
	),
)

var priceMembers = slices.Concat(
	member.Keep(requirements+"maxSpotPriceAsPercentageOfOptimalOnDemandPrice", noPrices),
	member.Keep(requirements+"onDemandMaxPricePercentageOverLowestPrice", noPrices),
	member.Keep(requirements+"spotMaxPricePercentageOverLowestPrice", noPrices),
)

func accelerators(name string) []member.Row {
	return member.Refuse(requirements+name, "no instance has accelerators")
}

func untold(name string) []member.Row {
	return member.Refuse(requirements+name, "the table of instance types does not tell")
}
