package ec2

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Image is an image of AWS's. The agent of an ECS-optimized one joins a cluster by itself.
type Image struct {
	ID           string
	Name         string
	Description  string
	OwnerID      string
	Architecture string
	Version      string
	OS           string // as SSM's parameter says
	Source       string // the image that it was made of; empty for Bottlerocket
	// Parameters are the paths in SSM's parameter store below which it is the recommended
	// one; of plain Amazon Linux the names of the parameters themselves.
	Parameters   []string
	Bottlerocket bool
	GPU          bool
	VolumeGiB    int // of its root volume
}

// What the images have in them, and when they were made: one release of each stands for
// all. Source: field reports of container instances.
const (
	AgentVersion  = "1.94.0"
	AgentHash     = "31afb27c"
	DockerVersion = "25.0.13"

	linuxVersion        = "20250702"
	bottlerocketVersion = "1.42.0"
	bottlerocketBuild   = "1.42.0-b1a0c1f6"
)

// ImagesMade is when the images were published.
var ImagesMade = time.Date(2025, 7, 3, 18, 4, 11, 0, time.UTC)

// Owners of the images. Source: EC2 user guide and Bottlerocket's documentation.
const (
	ecsImageOwner          = "591542846629"
	bottlerocketImageOwner = "092701018921"
)

const (
	optimizedVolume  = 30 // GiB. Source: ECS developer guide, ECS-optimized Linux AMIs
	optimizedPath    = "/aws/service/ecs/optimized-ami/"
	bottlerocketPath = "/aws/service/bottlerocket/"
)

// Images returns the ECS-optimized images of a region. Source of their names: ECS
// developer guide, ECS-optimized Linux AMIs, and Bottlerocket's documentation.
func Images(region string) []*Image {
	var all []*Image
	add := func(i Image) {
		i.ID, i.VolumeGiB = imageID(region, i.Name), optimizedVolume
		all = append(all, &i)
	}
	for _, arch := range []string{X86, ARM} {
		for _, kernel := range []string{"", "kernel-5.10"} {
			name, path := "amzn2-ami-ecs-", optimizedPath+"amazon-linux-2"
			if kernel != "" {
				name, path = name+kernel+"-", path+"/"+kernel
			}
			if arch == ARM {
				path += "/arm64"
			}
			add(amazonLinux2(name+"hvm-2.0."+linuxVersion+"-"+arch+"-ebs", path, arch, false))
		}
		path := optimizedPath + "amazon-linux-2023"
		if arch == ARM {
			path += "/arm64"
		}
		add(amazonLinux2023("al2023-ami-ecs-hvm-2023.0."+linuxVersion+"-kernel-6.1-"+arch, path, arch, false))
		add(bottlerocket("aws-ecs-2", arch, false))
		add(bottlerocket("aws-ecs-2-nvidia", arch, true))
	}
	add(amazonLinux1())
	add(amazonLinux2("amzn2-ami-ecs-gpu-hvm-2.0."+linuxVersion+"-x86_64-ebs", optimizedPath+"amazon-linux-2/gpu", X86, true))
	add(amazonLinux2023("al2023-ami-ecs-gpu-hvm-2023.0."+linuxVersion+"-kernel-6.1-x86_64-ebs", optimizedPath+"amazon-linux-2023/gpu", X86, true))
	return all
}

// amazonLinux1 is the one of the first Amazon Linux, which templates still name. Source: ECS developer guide, retrieving
// Amazon ECS-optimized Linux AMI metadata; its release and its agent are the others'.
func amazonLinux1() Image {
	return Image{
		Name: "amzn-ami-2018.03." + linuxVersion + "-amazon-ecs-optimized", Architecture: X86, OwnerID: ecsImageOwner, OS: "Amazon Linux",
		Version: "2018.03." + linuxVersion, Description: "Amazon Linux AMI 2018.03." + linuxVersion + " x86_64 ECS HVM GP2",
		Parameters: []string{optimizedPath + "amazon-linux/recommended"}, Source: "amzn-ami-minimal-hvm-2018.03.0." + linuxVersion + "-x86_64-ebs",
	}
}

func amazonLinux2(name, path, arch string, gpu bool) Image {
	return Image{
		Name: name, Architecture: arch, OwnerID: ecsImageOwner, OS: "Amazon Linux 2", Version: "2.0." + linuxVersion, GPU: gpu,
		Description: "Amazon Linux AMI 2.0." + linuxVersion + " " + arch + " ECS HVM GP2", Parameters: []string{path + "/recommended"},
		Source: "amzn2-ami-minimal-hvm-2.0." + linuxVersion + ".0-" + arch + "-ebs",
	}
}

func amazonLinux2023(name, path, arch string, gpu bool) Image {
	return Image{
		Name: name, Architecture: arch, OwnerID: ecsImageOwner, OS: "Amazon Linux 2023", Version: "2023.0." + linuxVersion, GPU: gpu,
		Description: "Amazon Linux AMI 2023.0." + linuxVersion + " " + arch + " ECS HVM EBS", Parameters: []string{path + "/recommended"},
		Source: "al2023-ami-minimal-2023.7." + linuxVersion + ".0-kernel-6.1-" + arch,
	}
}

func bottlerocket(variant, arch string, gpu bool) Image {
	machine := arch
	if arch == ARM {
		machine = "aarch64"
	}
	i := Image{
		Name: "bottlerocket-" + variant + "-" + machine + "-v" + bottlerocketBuild, Architecture: arch, OwnerID: bottlerocketImageOwner,
		Description: "bottlerocket-" + variant + "-" + machine + "-v" + bottlerocketBuild, OS: "Bottlerocket", Version: bottlerocketVersion,
		Bottlerocket: true, GPU: gpu,
	}
	for _, version := range []string{"latest", bottlerocketVersion} {
		i.Parameters = append(i.Parameters, bottlerocketPath+variant+"/"+arch+"/"+version)
	}
	return i
}

// FindImage returns an ECS-optimized image by its id, or nil.
func FindImage(region, id string) *Image {
	for _, i := range Images(region) {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// DefaultImage is the image of instances without a chosen one.
func DefaultImage(region string, t *InstanceType) *Image {
	for _, i := range Images(region) {
		if i.OS == "Amazon Linux 2023" && i.Architecture == t.Architecture && i.GPU == (t.GPUs > 0 && t.Architecture == X86) {
			return i
		}
	}
	return nil
}

// ImageByParameter returns the image that a parameter of SSM's parameter store has, or nil.
func ImageByParameter(region, name string) *Image {
	for _, i := range Images(region) {
		for _, path := range i.Parameters {
			if name == path+"/image_id" {
				return i
			}
		}
	}
	for _, i := range AmazonLinux(region) {
		if slices.Contains(i.Parameters, name) {
			return i
		}
	}
	return nil
}

var imageIDs = lazyregexp.New(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

// CheckImageID refuses what is no id of an image, nor the name of a parameter that has one.
// Source: recorded answers.
func CheckImageID(id string) error {
	if !imageIDs.MatchString(id) && ImageParameter(id) == "" {
		return MalformedImageID(id)
	}
	return nil
}

// MalformedImageID is the error about what is no id of an image.
func MalformedImageID(id string) error {
	return refuse("InvalidAMIID.Malformed", "Invalid id: \"%s\" (expecting \"ami-...\")", id)
}

// ImageParameter is the name of the parameter that stands for an image, perhaps with a
// version; or empty. Source: EC2 API reference, RunInstances.
func ImageParameter(id string) string {
	parameter, _ := strings.CutPrefix(id, "resolve:ssm:")
	if parameter == id {
		return ""
	}
	return parameter
}

// imageID is the same each time, and another one in another region, as on AWS.
func imageID(region, name string) string { return "ami-" + derived(region + " " + name)[:17] }

// derived is a number in hex digits that follows from a text.
func derived(from string) string {
	hash := fnv.New128a()
	_, _ = hash.Write([]byte(from)) // never fails
	return hex.EncodeToString(hash.Sum(nil))
}
