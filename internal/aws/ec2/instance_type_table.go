package ec2

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed instance_types.txt
var awsTypes string

type awsType struct {
	InstanceType
	hardware
}

// hardware is what container instances do not register.
type hardware struct {
	addresses, cards, diskGB, threads int
	gpu                               GPU
	xen, previous                     bool
}

// measured is the MEMORY that instances were seen to register with the ECS-optimized
// Amazon Linux 2 image, to 1 %. Source: field reports.
var measured = map[string]int{
	"t2.micro": 983, "t2.small": 1993, "t2.medium": 3951, "t3.nano": 448, "t3.micro": 954, "t3.small": 1939, "t3.medium": 3885,
	"t3.large": 7858, "t3.xlarge": 15830, "t3.2xlarge": 31772, "m5.large": 7764, "m5.xlarge": 15708, "m5.2xlarge": 31563,
	"m5.4xlarge": 63300, "m6i.large": 7680, "m6g.large": 7680, "c5.large": 3704, "c5.xlarge": 7610, "c5.2xlarge": 15434,
	"c6g.large": 3700, "r5.large": 15640, "r5.xlarge": 31500, "t4g.small": 1850, "t4g.medium": 3800, "g4dn.xlarge": 15500,
	"p3.2xlarge": 60900,
}

// knownTypes are AWS's, by name.
var knownTypes = sync.OnceValue(func() map[string]*awsType {
	known := map[string]*awsType{}
	for line := range strings.Lines(awsTypes) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		family, sizes, _ := strings.Cut(strings.TrimSpace(line), ": ")
		common := strings.Fields(family)
		for size := range strings.SplitSeq(sizes, ", ") {
			of := strings.Fields(size)
			t := &awsType{InstanceType: InstanceType{Name: common[0] + "." + of[0], Architecture: common[1]}, hardware: hardware{cards: 1}}
			t.VCPUs, t.MemoryMiB, t.ENIs, t.addresses = number(of[1]), number(of[2]), number(of[3]), number(of[4])
			for _, member := range append(common[2:len(common):len(common)], of[5:]...) {
				t.set(member)
			}
			t.Registered = measured[t.Name]
			t.InstanceType = *t.complete()
			known[t.Name] = t
		}
	}
	return known
})

// set sets what the table says by name, such as "gpus=4".
func (t *awsType) set(member string) {
	switch name, value, _ := strings.Cut(member, "="); name {
	case "threads":
		t.threads = number(value)
	case "previous":
		t.previous = true
	case "xen":
		t.xen = true
	case "gpu":
		t.gpu.Name = strings.ReplaceAll(value, "_", " ")
	case "gpuMiB":
		t.gpu.MemoryMiB = number(value)
	case "cards":
		t.cards = number(value)
	case "disk":
		t.diskGB = number(value)
	case "gpus":
		t.GPUs = number(value)
	default:
		panic(fmt.Sprintf("instance_types.txt: %s has %q", t.Name, member)) // cannot be: a test reads it all
	}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("instance_types.txt: %v", err)) // cannot be, as above
	}
	return n
}
