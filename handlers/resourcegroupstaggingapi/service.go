// Package resourcegroupstaggingapi answers the Resource Groups Tagging API: it finds resources of all services by their
// tags. It has no rows: each service tells of its own resources.
package resourcegroupstaggingapi

import (
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time, by which tokens expire.
	Now func() time.Time
	// Sources tell of the resources of all services.
	Sources []tagging.Source
}

// API answers from what the services tell.
type API struct{ Options }

func New(o Options) *API { return &API{o} }

//go:embed model.json
var table []byte

// invalidParameter is the code of all that a request has wrong. Source: API reference, InvalidParameterException.
const invalidParameter = "InvalidParameterException"

// model is what the service model demands of requests. Bounds that it does not have are of the API reference, GetResources.
var model = constraint.New(table, constraint.Style{
	Code: invalidParameter,
	Seen: map[string]constraint.Shape{
		"GetResourcesInput.ResourcesPerPage":    constraint.Range(1, mostOnPage),
		"GetResourcesInput.TagsPerPage":         constraint.Range(100, 500),
		"GetResourcesInput.ResourceTypeFilters": constraint.Length(0, 100),
	},
})

// Service is the Resource Groups Tagging API.
func (a *API) Service() awsapi.Service {
	const policies = "tag policies of AWS Organizations"
	return awsapi.Service{
		Name: "tagging", ID: sdk.ServiceID, Title: "AWS Resource Groups Tagging API", Actions: "tag", Complete: true, Model: model,
		Protocol: awsapi.JSON{TargetPrefix: "ResourceGroupsTaggingAPI_20170126", Codec: wire.AsIs},
		// Source: Service Authorization Reference, Amazon Resource Group Tagging API.
		Access: awsapi.Rows{"GetResources": awsapi.On("*"), "GetTagKeys": awsapi.On("*"), "GetTagValues": awsapi.On("*")},
		Operations: []awsapi.Operation{
			awsapi.Partial("GetResources", "of what has tags now, not of what once had some; Auto Scaling groups and what IAM has are not listed, the former as on AWS; "+
				"compliance with tag policies answers 501 NotImplementedException", a.GetResources),
			awsapi.Works("GetTagKeys", "of what GetResources lists", a.GetTagKeys),
			awsapi.Works("GetTagValues", "of what GetResources lists", a.GetTagValues),

			awsapi.NotBuilt("TagResources", "a way to the tags of each service: use the tag operations of the service"),
			awsapi.NotBuilt("UntagResources", "a way to the tags of each service: use the tag operations of the service"),
			awsapi.NotBuilt("DescribeReportCreation", policies),
			awsapi.NotBuilt("GetComplianceSummary", policies),
			awsapi.NotBuilt("ListRequiredTags", policies),
			awsapi.NotBuilt("StartReportCreation", policies),
		},
	}
}
