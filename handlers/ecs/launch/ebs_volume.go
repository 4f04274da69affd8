package launch

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ebsType is what a type of EBS volumes can have. Without most IOPS it takes no number of
// them.
type ebsType struct {
	leastGiB, mostGiB   int32
	leastIOPS, mostIOPS int32
	iopsPerGiB          int32
}

// ebsTypes are the types by name. Source: ECS API reference,
// TaskManagedEBSVolumeConfiguration; of IOPS per GiB, EBS user guide, volume types.
var ebsTypes = map[string]ebsType{
	"gp2":      {leastGiB: 1, mostGiB: 16384},
	"gp3":      {1, 16384, 3000, 16000, 500},
	"io1":      {4, 16384, 100, 64000, 50},
	"io2":      {4, 16384, 100, 256000, 1000},
	"sc1":      {leastGiB: 125, mostGiB: 16384},
	"st1":      {leastGiB: 125, mostGiB: 16384},
	"standard": {leastGiB: 1, mostGiB: 1024},
}

// mostThroughput of a gp3 volume, in MiB/s, and how much of it for each of its IOPS.
// Source: ECS API reference; EBS user guide, volume types.
const (
	leastThroughput   = 125
	mostThroughput    = 1000
	throughputPerIOPS = 0.25
)

// ebsRefusal is EC2's error about a volume that cannot be made; code is empty where it can.
//
// Source: field reports of CreateVolume and RunInstances. The words for throughput out of
// range, and for a volume initialization rate without a snapshot, are by analogy.
func ebsRefusal(c *types.TaskManagedEBSVolumeConfiguration) (code, message string) {
	const invalid, combination, missing = "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter"
	name := cmp.Or(aws.ToString(c.VolumeType), "gp2") // EC2 API reference, CreateVolume
	kind, known := ebsTypes[name]
	size, iops, throughput := aws.ToInt32(c.SizeInGiB), aws.ToInt32(c.Iops), aws.ToInt32(c.Throughput)
	fromSnapshot := aws.ToString(c.SnapshotId) != ""
	switch {
	case !known:
		return "UnknownVolumeType", fmt.Sprintf("Unsupported volume type '%s' for volume creation.", name)
	case c.SizeInGiB == nil && !fromSnapshot:
		return missing, "The request must contain the parameter size or snapshotId"
	case c.SizeInGiB != nil && size < kind.leastGiB:
		return invalid, fmt.Sprintf("Volume of %dGiB is too small for volume type %s; minimum is %dGiB.", size, name, kind.leastGiB)
	case size > kind.mostGiB:
		return invalid, fmt.Sprintf("Volume of %dGiB is too large for volume type %s; maximum is %dGiB.", size, name, kind.mostGiB)
	case c.Iops != nil && kind.mostIOPS == 0:
		return combination, fmt.Sprintf("The parameter iops is not supported for %s volumes.", name)
	case c.Iops == nil && kind.mostIOPS > 0 && name != "gp3":
		return missing, fmt.Sprintf("The parameter iops must be specified for %s volumes.", name)
	case c.Iops != nil && iops < kind.leastIOPS:
		return invalid, fmt.Sprintf("Volume iops of %d is too low; minimum is %d.", iops, kind.leastIOPS)
	case iops > kind.mostIOPS:
		return invalid, fmt.Sprintf("Volume iops of %d is too high; maximum is %d.", iops, kind.mostIOPS)
	case iops > kind.leastIOPS && size > 0 && iops > size*kind.iopsPerGiB: // the least is always there
		return invalid, fmt.Sprintf("Iops to volume size ratio of %f is too high; maximum is %d", float64(iops)/float64(size), kind.iopsPerGiB)
	case c.Throughput != nil && name != "gp3":
		return combination, "throughput can only be specified for volumeType gp3."
	case c.Throughput != nil && throughput < leastThroughput:
		return invalid, fmt.Sprintf("Throughput of %d is too low; minimum is %d.", throughput, leastThroughput)
	case throughput > mostThroughput:
		return invalid, fmt.Sprintf("Throughput of %d is too high; maximum is %d.", throughput, mostThroughput)
	case throughputRatio(throughput, cmp.Or(iops, kind.leastIOPS)) > throughputPerIOPS:
		return invalid, fmt.Sprintf("Throughput (MiBps) to iops ratio of %f is too high; maximum is %f MiBps per iops.",
			throughputRatio(throughput, cmp.Or(iops, kind.leastIOPS)), throughputPerIOPS)
	case aws.ToString(c.KmsKeyId) != "" && c.Encrypted != nil && !*c.Encrypted:
		return "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set."
	case c.VolumeInitializationRate != nil && !fromSnapshot:
		return "InvalidParameterDependency", "The parameter VolumeInitializationRate requires the parameter SnapshotId to be set."
	}
	return "", ""
}

// throughputRatio is 0 for a volume that takes no number of IOPS.
func throughputRatio(throughput, iops int32) float64 {
	if iops == 0 {
		return 0
	}
	return float64(throughput) / float64(iops)
}
