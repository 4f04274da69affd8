package taskdef

import (
	"math"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Task-level CPU units that ECS takes outside Fargate.
// Source: ECS API reference, TaskDefinition.cpu.
const (
	minTaskCPU = 128
	maxTaskCPU = 196608
)

const sizeHelp = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

// checkTaskSize validates the task's cpu and memory and rewrites them as CPU units
// and MiB: "1 vCPU" becomes "1024", "0.5 GB" becomes "512".
func checkTaskSize(def *types.TaskDefinition) error {
	if err := normaliseCPU(def.Cpu, refuse); err != nil {
		return err
	}
	return normaliseMemory(def.Memory, refuse)
}

// normaliseCPU rewrites a task-level cpu; fail makes the error of one out of bounds.
func normaliseCPU(cpu *string, fail func(string, ...any) error) error {
	if cpu == nil {
		return nil
	}
	units, ok := parseQuantity(*cpu, "vcpu")
	if !ok { // ECS0024
		return invalid("Invalid 'cpu' setting for task.")
	}
	if units < minTaskCPU || units > maxTaskCPU {
		return fail("Invalid 'cpu' setting for task." + sizeHelp)
	}
	*cpu = strconv.FormatInt(units, 10)
	return nil
}

// normaliseMemory rewrites a task-level memory; fail makes the error of one out of bounds.
func normaliseMemory(memory *string, fail func(string, ...any) error) error {
	if memory == nil {
		return nil
	}
	mib, ok := parseQuantity(*memory, "gb")
	if !ok {
		// By analogy with cpu.
		return invalid("Invalid 'memory' setting for task.")
	}
	if mib < 1 || mib > math.MaxInt32 {
		return fail("Invalid 'memory' setting for task." + sizeHelp)
	}
	*memory = strconv.FormatInt(mib, 10)
	return nil
}

// CPUUnits is a task-level cpu in CPU units, as it is kept: "1 vCPU" is "1024". It is empty for what is no cpu.
func CPUUnits(cpu string) string { return kept(cpu, "vcpu") }

// MiB is a task-level memory in MiB, as it is kept: "0.5 GB" is "512". It is empty for what is no memory.
func MiB(memory string) string { return kept(memory, "gb") }

func kept(s, unit string) string {
	n, ok := parseQuantity(s, unit)
	if !ok {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// parseQuantity reads a whole number, or a decimal number of 1024s before the unit: CPU units ("1024") or vCPUs ("1 vCPU",
// ".25 vcpu"), MiB ("512") or GB ("0.5GB", "1 GB").
func parseQuantity(s, unit string) (int64, bool) {
	s = strings.TrimSpace(s)
	if allDigits(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	head := len(s) - len(unit)
	if head <= 0 || !strings.EqualFold(s[head:], unit) {
		return 0, false
	}
	number := strings.TrimSpace(s[:head])
	for i := 0; i < len(number); i++ {
		// ParseFloat would take exponents, signs and names of infinity as well.
		if !isDigit(number[i]) && number[i] != '.' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f > math.MaxInt32 {
		return 0, false
	}
	return int64(math.Round(f * 1024)), true
}

// taskAmount reads a task-level size that was normalised before; 0 when absent.
func taskAmount(s *string) int64 {
	if s == nil {
		return 0
	}
	n, _ := strconv.ParseInt(*s, 10, 64)
	return n
}
