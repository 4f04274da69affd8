package launch

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ebsType is what a type of EBS volumes can have. Without most IOPS it takes no number of
// them.
type ebsType struct {
	leastGiB, mostGiB   int32
	leastIOPS, mostIOPS int32
	iopsPerGiB          int32
	givenIOPS           int32 // a volume has them whatever is asked for
}

// ebsTypes are the types by name. Source: ECS API reference, TaskManagedEBSVolumeConfiguration;
// of IOPS per GiB, EBS user guide, volume types; of the least IOPS of gp3, recorded answers of
// CreateVolume (the reference says 3000). EC2 by itself makes larger gp3 volumes by now.
var ebsTypes = map[string]ebsType{
	"gp2":      {leastGiB: 1, mostGiB: 16384},
	"gp3":      {1, 16384, 100, 16000, 500, 3000},
	"io1":      {4, 16384, 100, 64000, 50, 0},
	"io2":      {4, 16384, 100, 256000, 1000, 0},
	"sc1":      {leastGiB: 125, mostGiB: 16384},
	"st1":      {leastGiB: 125, mostGiB: 16384},
	"standard": {leastGiB: 1, mostGiB: 1024},
}

// mostThroughput of a gp3 volume, in MiB/s, and how much of it for each of its IOPS.
// Source: ECS API reference (EC2 by itself takes 2000 by now); EBS user guide, volume types.
const (
	mostThroughput    = 1000
	throughputPerIOPS = 0.25
)

// EC2's codes for volumes that it does not make.
const (
	ebsValue       = "InvalidParameterValue"
	ebsCombination = "InvalidParameterCombination"
	ebsDependency  = "InvalidParameterDependency"
	ebsMissing     = "MissingParameter"
	ebsUnknownType = "UnknownVolumeType"
)

// ebsRefusal is EC2's error about a volume that cannot be made; code is empty where it can.
//
// Source: recorded answers of CreateVolume, in their order as far as it was recorded, and
// badmintoncryer/cdk-preflight for a key without encryption. ECS passes EC2's words on (ECS0180);
// which checks it makes itself, before it asks EC2, is not published.
func ebsRefusal(c *types.TaskManagedEBSVolumeConfiguration) (code, message string) {
	name := cmp.Or(aws.ToString(c.VolumeType), "gp2") // EC2 API reference, CreateVolume
	kind, known := ebsTypes[name]
	fromSnapshot := aws.ToString(c.SnapshotId) != ""
	switch {
	case c.VolumeInitializationRate != nil && !fromSnapshot:
		return ebsCombination, "You can't specify VolumeInitializationRate for volumes that are not created from a snapshot."
	case !known:
		return ebsUnknownType, fmt.Sprintf("Unsupported volume type '%s' for volume creation. ", name) // it ends with the space
	}
	for _, number := range []struct {
		parameter string
		value     *int32
	}{{"size", c.SizeInGiB}, {"iops", c.Iops}, {"throughput", c.Throughput}} {
		if n := aws.ToInt32(number.value); n < 0 {
			return ebsValue, fmt.Sprintf("Value (%d) for parameter %s is invalid. Value must be a positive integer.", n, number.parameter)
		}
	}
	switch {
	case c.Iops == nil && kind.mostIOPS > 0 && kind.givenIOPS == 0:
		return ebsCombination, fmt.Sprintf("The parameter iops must be specified for %s volumes.", name)
	case c.Iops != nil && kind.mostIOPS == 0:
		return ebsCombination, fmt.Sprintf("The parameter iops is not supported for %s volumes.", name)
	case c.Throughput != nil && name != "gp3":
		return ebsCombination, fmt.Sprintf("The throughput parameter is not supported for %s volumes.", name)
	case c.SizeInGiB == nil && !fromSnapshot:
		return ebsMissing, "The request must contain the parameter size/snapshot"
	}
	if message := kind.outOfRange(name, c); message != "" {
		return ebsValue, message
	}
	if aws.ToString(c.KmsKeyId) != "" && c.Encrypted != nil && !*c.Encrypted {
		return ebsDependency, "The parameter [KmsKeyId] requires the parameter Encrypted to be set."
	}
	return "", ""
}

// outOfRange says which number of a volume is too small or too large; empty if none is.
//
// Source: as of ebsRefusal; field reports of CreateVolume for a volume that is too large.
func (kind *ebsType) outOfRange(name string, c *types.TaskManagedEBSVolumeConfiguration) string {
	size, iops, throughput := aws.ToInt32(c.SizeInGiB), aws.ToInt32(c.Iops), aws.ToInt32(c.Throughput)
	switch {
	case c.SizeInGiB != nil && size < kind.leastGiB:
		return fmt.Sprintf("The volume size is invalid for %[1]s volumes: %[2]d GiB. %[1]s volumes must be at least %[3]d GiB in size. "+
			"Please specify a volume size above the minimum limit.", name, size, kind.leastGiB)
	case size > kind.mostGiB:
		return fmt.Sprintf("Volume of %dGiB is too large for volume type %s; maximum is %dGiB.", size, name, kind.mostGiB)
	case c.Iops != nil && iops < kind.leastIOPS:
		return fmt.Sprintf("Volume iops of %d is too low; minimum is %d.", iops, kind.leastIOPS)
	case iops > kind.mostIOPS:
		return fmt.Sprintf("Volume iops of %d is too high; maximum is %d.", iops, kind.mostIOPS)
	case iops != kind.givenIOPS && size > 0 && iops > size*kind.iopsPerGiB:
		return fmt.Sprintf("Iops to volume size ratio of %f is too high; maximum is %d", float64(iops)/float64(size), kind.iopsPerGiB)
	case throughput > mostThroughput:
		return fmt.Sprintf("Volume throughput of %d is too high; maximum is %d.", throughput, mostThroughput)
	}
	if ratio := float64(throughput) / float64(max(iops, kind.givenIOPS, 1)); ratio > throughputPerIOPS {
		return fmt.Sprintf("Throughput (MiBps) to iops ratio of %f is too high; maximum is %f MiBps per iops", ratio, throughputPerIOPS)
	}
	return ""
}
