package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// Numbers of YAML are those that the AWS CLI reads: a leading zero does not make them octal, 0o does.
func TestNumbersOfYAML(t *testing.T) {
	const service = "{serviceName: a, taskDefinition: a, desiredCount: 1, volumeConfigurations: [{name: v, managedEBSVolume: " +
		"{volumeType: gp3, roleArn: 'arn:aws:iam::000000000000:role/a', sizeInGiB: %s}}]}"
	const text = "STRING_VALUE can not be converted to an Integer"
	for number, want := range map[string]string{
		"0o200000":                "65536GiB",
		"0200000":                 "200000GiB",
		"+0_200_000":              "200000GiB",
		"0_000_08":                "", // 8
		"1_00000":                 "100000GiB",
		"0x20000":                 "131072GiB",
		"0b1_0000_0000_0000_0000": "65536GiB",
		"0X20000":                 text,
		"0O200000":                text,
		"0B1":                     text,
		"'100000'":                text,
		"10:00":                   text,
	} {
		var found []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "a.yaml", Text: fmt.Appendf(nil, service, number)}}) {
			if f.Effect != check.NoEffect {
				found = append(found, f.Message)
			}
		}
		if got := strings.Join(found, "\n"); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", number, got, want)
		}
	}
}
