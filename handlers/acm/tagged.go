package acm

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
)

// Tagged are the certificates with tags.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{tagging.Of("acm:certificate", acm.List, func(c *acm.Certificate) (string, []tagging.Tag) {
		return c.ARN, tagsOf(c)
	})}
}

func tagsOf(c *acm.Certificate) []tagging.Tag {
	return tagging.List(c.Tags, func(t acm.Tag) (string, string) { return t.Key, aws.ToString(t.Value) })
}
