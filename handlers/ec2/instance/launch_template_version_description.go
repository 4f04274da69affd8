package instance

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func describeVersion(t *ec2.LaunchTemplate, v *ec2.LaunchTemplateVersion) types.LaunchTemplateVersion {
	return types.LaunchTemplateVersion{
		LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &v.Number, VersionDescription: kit.Optional(v.Description),
		CreateTime: &v.CreatedAt, CreatedBy: &v.CreatedBy, DefaultVersion: aws.Bool(v.Number == t.Default), LaunchTemplateData: v.Data,
		Operator: &types.OperatorResponse{Managed: aws.Bool(false)},
	}
}

// DescribeLaunchTemplateVersions answers versions, the newest first: of one launch
// template, or the latest or default one of all.
func (a *API) DescribeLaunchTemplateVersions(ctx context.Context, in *sdk.DescribeLaunchTemplateVersionsInput) (*sdk.DescribeLaunchTemplateVersionsOutput, error) {
	scope, tx := kit.Scope(ctx), a.Store.Read()
	rows, err := askedVersions(tx, scope, in)
	if err != nil {
		return nil, err
	}
	found, err := kit.Describe(rows, in.Filters, nil, "is-default-version", versionValues, nil)
	if err != nil {
		return nil, err
	}
	place := func(v types.LaunchTemplateVersion) string { // from high to low
		return fmt.Sprintf("%s %019d", *v.LaunchTemplateName, 1<<62-*v.VersionNumber)
	}
	found, next, err := kit.Page(found, place, in.MaxResults, in.NextToken, 1, 200)
	return &sdk.DescribeLaunchTemplateVersionsOutput{LaunchTemplateVersions: found, NextToken: next}, err
}

func askedVersions(tx *store.Tx, scope arn.Scope, in *sdk.DescribeLaunchTemplateVersionsInput) (rows []types.LaunchTemplateVersion, err error) {
	templates := ec2.LaunchTemplates(tx, scope)
	if in.LaunchTemplateId != nil || in.LaunchTemplateName != nil {
		t, err := template(tx, scope, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return nil, err
		}
		templates = []*ec2.LaunchTemplate{t}
	} else if len(in.Versions) == 0 || slices.ContainsFunc(in.Versions, func(name string) bool { return name != latestVersion && name != defaultVersion }) {
		return nil, kit.Refuse("MissingParameter", "To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, "+
			"and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, "+
			"specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.")
	}
	least, most, err := versionRange(in)
	if err != nil {
		return nil, err
	}
	for _, t := range templates {
		asked := ec2.LaunchTemplateVersions(tx, t)
		if len(in.Versions) > 0 {
			asked = nil
			for _, name := range in.Versions {
				v, err := version(tx, t, name)
				if err != nil {
					return nil, err
				}
				asked = append(asked, v)
			}
		}
		sorting.By(asked, func(a, b *ec2.LaunchTemplateVersion) int { return int(b.Number - a.Number) })
		for _, v := range slices.Compact(asked) {
			if v.Number >= least && v.Number <= most {
				rows = append(rows, describeVersion(t, v))
			}
		}
	}
	return rows, nil
}

func versionRange(in *sdk.DescribeLaunchTemplateVersionsInput) (least, most int64, err error) {
	least, most = 0, 1<<62
	for text, bound := range map[*string]*int64{in.MinVersion: &least, in.MaxVersion: &most} {
		if text == nil {
			continue
		}
		if !isNumber(*text) {
			return 0, 0, kit.Refuse("InvalidParameterValue", "Invalid value for version: %s", *text)
		}
		*bound, _ = strconv.ParseInt(*text, 10, 64) // a number
	}
	return least, most, nil
}

// versionValues knows the filters of DescribeLaunchTemplateVersions.
func versionValues(v *types.LaunchTemplateVersion, filter string) ([]string, bool) {
	if data := v.LaunchTemplateData; filter == "iam-instance-profile" && data != nil && data.IamInstanceProfile != nil {
		return []string{aws.ToString(data.IamInstanceProfile.Arn), aws.ToString(data.IamInstanceProfile.Name)}, true
	}
	return versionMembers(v, filter)
}

var versionMembers = kit.Values[types.LaunchTemplateVersion](kit.Filters{
	Named: []string{"create-time"},
	Members: map[string]string{
		"ebs-optimized":      "LaunchTemplateData.EbsOptimized",
		"http-endpoint":      "LaunchTemplateData.MetadataOptions.HttpEndpoint",
		"http-tokens":        "LaunchTemplateData.MetadataOptions.HttpTokens",
		"image-id":           "LaunchTemplateData.ImageId",
		"instance-type":      "LaunchTemplateData.InstanceType",
		"is-default-version": "DefaultVersion",
		"kernel-id":          "LaunchTemplateData.KernelId",
		"ram-disk-id":        "LaunchTemplateData.RamDiskId",
	},
	Unused: []string{
		"host-resource-group-arn", "http-protocol-ipv4", "iam-instance-profile", "license-configuration-arn", "network-card-index",
	},
})
