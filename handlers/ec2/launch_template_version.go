package ec2

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

const (
	latestVersion  = "$Latest"
	defaultVersion = "$Default"
)

func versionText(number int64) string { return strconv.FormatInt(number, 10) }

func describeVersion(t *ec2.LaunchTemplate, v *ec2.LaunchTemplateVersion) types.LaunchTemplateVersion {
	return types.LaunchTemplateVersion{
		LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &v.Number, VersionDescription: optional(v.Description),
		CreateTime: &v.CreatedAt, CreatedBy: &v.CreatedBy, DefaultVersion: aws.Bool(v.Number == t.Default), LaunchTemplateData: v.Data,
		Operator: &types.OperatorResponse{Managed: aws.Bool(false)},
	}
}

// putVersion writes the latest version of a launch template.
func (a *API) putVersion(tx *state.Tx, t *ec2.LaunchTemplate, description *string, data *types.ResponseLaunchTemplateData) *ec2.LaunchTemplateVersion {
	v := &ec2.LaunchTemplateVersion{
		Scope: t.Scope, TemplateID: t.ID, Number: t.Latest, Description: aws.ToString(description), CreatedAt: a.now(), CreatedBy: t.CreatedBy, Data: data,
	}
	ec2.PutLaunchTemplateVersion(tx, v)
	return v
}

// version returns a version of a launch template by what names it.
func version(tx *state.Tx, t *ec2.LaunchTemplate, name string) (*ec2.LaunchTemplateVersion, error) {
	if name != "" && name != latestVersion && name != defaultVersion && !isNumber(name) {
		return nil, refuse("InvalidParameterValue", "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.")
	}
	v := ec2.Version(tx, t, name)
	if v == nil {
		return nil, refuse("InvalidLaunchTemplateId.VersionNotFound", "%s", noVersion(t, name))
	}
	return v, nil
}

func noVersion(t *ec2.LaunchTemplate, name string) string {
	return fmt.Sprintf("Could not find the specified version %s for the launch template with ID %s.", name, t.ID)
}

func isNumber(name string) bool {
	n, err := strconv.ParseInt(name, 10, 64)
	return err == nil && n > 0
}

// CreateLaunchTemplateVersion makes a version from nothing or from another one.
func (a *API) CreateLaunchTemplateVersion(ctx context.Context, in *sdk.CreateLaunchTemplateVersionInput) (*sdk.CreateLaunchTemplateVersionOutput, error) {
	if aws.ToBool(in.DryRun) {
		return nil, errDryRun
	}
	scope := scopeOf(ctx)
	again := newOnce(scope, "CreateLaunchTemplateVersion", in.ClientToken, in, "Client token already used before")
	out := &sdk.CreateLaunchTemplateVersionOutput{}
	err := a.store.Update(func(tx *state.Tx) error {
		t, err := template(tx, scope, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		made, err := again.made(tx)
		if err != nil {
			return err
		}
		var v *ec2.LaunchTemplateVersion
		if made != nil {
			v, err = version(tx, t, made[0])
		} else {
			v, err = a.addVersion(tx, t, in)
		}
		if err != nil {
			return err
		}
		if made == nil {
			again.make(tx, a.now(), versionText(v.Number))
		}
		described := describeVersion(t, v)
		out.LaunchTemplateVersion, out.Warning = &described, warning(tx, v.Data)
		return nil
	})
	return out, err
}

func (a *API) addVersion(tx *state.Tx, t *ec2.LaunchTemplate, in *sdk.CreateLaunchTemplateVersionInput) (*ec2.LaunchTemplateVersion, error) {
	var source *types.ResponseLaunchTemplateData
	if aws.ToString(in.SourceVersion) != "" {
		from, err := version(tx, t, *in.SourceVersion)
		if err != nil {
			return nil, err
		}
		source = from.Data
	}
	data, err := templateData(in.LaunchTemplateData, source)
	if err != nil {
		return nil, err
	}
	changed := *t
	changed.Issued++
	changed.Latest = changed.Issued
	ec2.PutLaunchTemplate(tx, &changed)
	return a.putVersion(tx, &changed, in.VersionDescription, data), nil
}

// DescribeLaunchTemplateVersions answers versions, the newest first: of one launch
// template, or the latest or default one of all.
func (a *API) DescribeLaunchTemplateVersions(ctx context.Context, in *sdk.DescribeLaunchTemplateVersionsInput) (*sdk.DescribeLaunchTemplateVersionsOutput, error) {
	scope, tx := scopeOf(ctx), a.store.Read()
	rows, err := askedVersions(tx, scope, in)
	if err != nil {
		return nil, err
	}
	found, err := describe(rows, in.Filters, nil, "is-default-version", versionValues, nil)
	if err != nil {
		return nil, err
	}
	place := func(v types.LaunchTemplateVersion) string { // from high to low
		return fmt.Sprintf("%s %019d", *v.LaunchTemplateName, 1<<62-*v.VersionNumber)
	}
	found, next, err := page(found, place, in.MaxResults, in.NextToken, 1, 200)
	return &sdk.DescribeLaunchTemplateVersionsOutput{LaunchTemplateVersions: found, NextToken: next}, err
}

func askedVersions(tx *state.Tx, scope arn.Scope, in *sdk.DescribeLaunchTemplateVersionsInput) (rows []types.LaunchTemplateVersion, err error) {
	templates := ec2.LaunchTemplates(tx, scope)
	if in.LaunchTemplateId != nil || in.LaunchTemplateName != nil {
		t, err := template(tx, scope, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return nil, err
		}
		templates = []*ec2.LaunchTemplate{t}
	} else if len(in.Versions) == 0 || slices.ContainsFunc(in.Versions, func(name string) bool { return name != latestVersion && name != defaultVersion }) {
		return nil, refuse("MissingParameter", "To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, "+
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
		slices.SortFunc(asked, func(a, b *ec2.LaunchTemplateVersion) int { return int(b.Number - a.Number) })
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
			return 0, 0, refuse("InvalidParameterValue", "Invalid value for version: %s", *text)
		}
		*bound, _ = strconv.ParseInt(*text, 10, 64) // a number
	}
	return least, most, nil
}

// versionValues knows the filters of DescribeLaunchTemplateVersions.
func versionValues(v *types.LaunchTemplateVersion, filter string) ([]string, bool) {
	data := v.LaunchTemplateData
	if data == nil {
		data = &types.ResponseLaunchTemplateData{}
	}
	switch filter {
	case "create-time":
		return oneOf(aws.ToTime(v.CreateTime).UTC().Format(time.RFC3339))
	case "is-default-version":
		return oneBool(v.DefaultVersion)
	case "ebs-optimized":
		return oneBool(data.EbsOptimized)
	case "image-id":
		return one(data.ImageId)
	case "instance-type":
		return oneOf(data.InstanceType)
	case "kernel-id":
		return one(data.KernelId)
	case "ram-disk-id":
		return one(data.RamDiskId)
	case "iam-instance-profile":
		if data.IamInstanceProfile == nil {
			return nil, true
		}
		return []string{aws.ToString(data.IamInstanceProfile.Arn), aws.ToString(data.IamInstanceProfile.Name)}, true
	case "host-resource-group-arn", "license-configuration-arn", "network-card-index", "http-endpoint", "http-protocol-ipv4", "http-tokens":
		return nil, true
	}
	return nil, false
}

// DeleteLaunchTemplateVersions removes versions; for those that there are not the answer
// says so. The default one stays.
func (a *API) DeleteLaunchTemplateVersions(ctx context.Context, in *sdk.DeleteLaunchTemplateVersionsInput) (*sdk.DeleteLaunchTemplateVersionsOutput, error) {
	out := &sdk.DeleteLaunchTemplateVersionsOutput{}
	err := a.store.Update(func(tx *state.Tx) error {
		*out = sdk.DeleteLaunchTemplateVersionsOutput{}
		t, err := template(tx, scopeOf(ctx), in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		if len(in.Versions) == 0 {
			return refuse("MissingParameter", "The request must contain the parameter LaunchTemplateVersion")
		}
		for _, name := range in.Versions {
			if !isNumber(name) && name != latestVersion && name != defaultVersion {
				return refuse("InvalidParameterValue", "Invalid value for version: %s", name)
			}
			if v := ec2.Version(tx, t, name); v != nil && v.Number == t.Default {
				return refuse("InvalidParameterValue", "The default version cannot be deleted. Either specify another version as default or delete the launch template.")
			}
		}
		if aws.ToBool(in.DryRun) {
			return errDryRun
		}
		deleteVersions(tx, t, in.Versions, out)
		return nil
	})
	return out, err
}

func deleteVersions(tx *state.Tx, t *ec2.LaunchTemplate, names []string, out *sdk.DeleteLaunchTemplateVersionsOutput) {
	for _, name := range names {
		v := ec2.Version(tx, t, name)
		if v == nil {
			number, _ := strconv.ParseInt(name, 10, 64) // a number: $Latest and $Default are there
			out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseErrorItem{
				LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &number,
				ResponseError: &types.ResponseError{Code: types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist, Message: aws.String(noVersion(t, name))},
			})
			continue
		}
		ec2.DeleteLaunchTemplateVersion(tx, v)
		out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseSuccessItem{
			LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &v.Number,
		})
	}
	changed := *t
	left := ec2.LaunchTemplateVersions(tx, t)
	changed.Latest = left[len(left)-1].Number
	ec2.PutLaunchTemplate(tx, &changed)
}
