package ecr_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

func TestIsAt(t *testing.T) {
	for image, want := range map[string]bool{
		"127.0.0.1:4577/app:1": true, "LOCALHOST:4577/111122223333/eu-west-1/team/app": true, "127.0.0.1:4577": false, "127.0.0.1:45770/app": false,
		"app:1": false, "example.com/127.0.0.1:4577/app": false, "/app": false,
	} {
		if got := ecr.IsAt([]string{"127.0.0.1:4577", "localhost:4577"}, image); got != want {
			t.Errorf("%s: %v", image, got)
		}
	}
}

func TestReadImageName(t *testing.T) {
	home := arn.Scope{Account: "000000000000", Region: "us-east-1"}
	other := arn.Scope{Account: "123456789012", Region: "eu-west-1"}
	digest := "sha256:" + strings.Repeat("ab", 32)
	for image, want := range map[string]ecr.ImageName{
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1":      {Scope: other, Repository: "team/app", Tag: "1"},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app":             {Scope: other, Repository: "app", Tag: "latest"},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@" + digest:   {Scope: other, Repository: "app", Digest: digest},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1@" + digest: {Scope: other, Repository: "app", Tag: "1", Digest: digest},
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1":      {Scope: arn.Scope{Account: "123456789012", Region: "us-east-1"}, Repository: "app", Tag: "1"},
		"123456789012.dkr-ecr.eu-west-1.on.aws/app:1":                  {Scope: other, Repository: "app", Tag: "1"},
		"123456789012.dkr-ecr-fips.us-east-1.on.aws/app:1":             {Scope: arn.Scope{Account: "123456789012", Region: "us-east-1"}, Repository: "app", Tag: "1"},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:1":       {Scope: arn.Scope{Account: "123456789012", Region: "cn-north-1"}, Repository: "app", Tag: "1"},
		"127.0.0.1:4577/app:1":                                         {Scope: home, Repository: "app", Tag: "1"},
		"127.0.0.1:4577/123456789012/eu-west-1/team/app:1":             {Scope: other, Repository: "team/app", Tag: "1"},
		"localhost:4577/app":                                           {Scope: home, Repository: "app", Tag: "latest"},
		"nginx":                                                        {},
		"127.0.0.1:5000/app":                                           {},
		"public.ecr.aws/nginx/nginx:1":                                 {},
		"12345678901.dkr.ecr.eu-west-1.amazonaws.com/app":              {},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com/app": {},
		"Not An Image": {},
	} {
		got, ok := ecr.ReadImageName(image, home, []string{"127.0.0.1:4577", "localhost:4577"})
		if got != want || ok != (want != ecr.ImageName{}) {
			t.Errorf("%s: %+v, %v, want %+v", image, got, ok, want)
		}
	}
}
