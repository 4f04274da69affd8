package ec2

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Error is why something cannot be launched, in EC2's words.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Convert makes a structure of another one whose members have the same names, such as what
// a launch template answers of what it was made of. Structures without anything in them
// are left out; nil is made of nothing.
func Convert[T any](from any) *T {
	to := new(T)
	if !convert(reflect.ValueOf(to).Elem(), reflect.Indirect(reflect.ValueOf(from))) {
		return nil
	}
	return to
}

// convert sets what has a value, and reports whether anything has.
func convert(to, from reflect.Value) (set bool) {
	switch from.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Pointer:
		if from.IsNil() {
			return false
		}
		if to.Kind() != reflect.Pointer {
			return convert(to, from.Elem())
		}
		value := reflect.New(to.Type().Elem())
		if from.Elem().Kind() != reflect.Struct {
			value.Elem().Set(from.Elem().Convert(to.Type().Elem()))
		} else if !convert(value.Elem(), from.Elem()) {
			return false
		}
		to.Set(value)
		return true
	case reflect.Struct:
		if from.Type() == to.Type() && from.NumField() > 0 && !from.Type().Field(0).IsExported() { // time.Time
			to.Set(from)
			return !from.IsZero()
		}
		for i := range from.NumField() {
			member := to.FieldByName(from.Type().Field(i).Name)
			if member.IsValid() && member.CanSet() {
				set = convert(member, from.Field(i)) || set
			}
		}
		return set
	case reflect.Slice:
		if from.Len() == 0 {
			return false
		}
		list := reflect.MakeSlice(to.Type(), from.Len(), from.Len())
		for i := range from.Len() {
			convert(list.Index(i), from.Index(i))
		}
		to.Set(list)
		return true
	default:
		if from.IsZero() {
			return false
		}
		to.Set(from.Convert(to.Type()))
		return true
	}
}

// Merge lays the members of one launch template data over those of another. Of tags each
// counts by itself, and of the metadata's options each.
func Merge(base, over *types.ResponseLaunchTemplateData) *types.ResponseLaunchTemplateData {
	merged := types.ResponseLaunchTemplateData{}
	for _, data := range []*types.ResponseLaunchTemplateData{base, over} {
		if data == nil {
			continue
		}
		before := merged
		to, from := reflect.ValueOf(&merged).Elem(), reflect.ValueOf(data).Elem()
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() && !from.Field(i).IsZero() {
				to.Field(i).Set(from.Field(i))
			}
		}
		merged.TagSpecifications = append(slices.Clip(before.TagSpecifications), data.TagSpecifications...)
		if before.MetadataOptions != nil && data.MetadataOptions != nil {
			both := *before.MetadataOptions
			convert(reflect.ValueOf(&both).Elem(), reflect.ValueOf(*data.MetadataOptions))
			merged.MetadataOptions = &both
		}
	}
	return &merged
}

// SpecFrom makes what instances are launched from of launch template data, which may name
// a subnet; without one they are in the default subnet of the zone, or of the first one.
// Count, time and whose they are is the caller's to add.
func SpecFrom(tx *state.Tx, scope arn.Scope, data *types.ResponseLaunchTemplateData) (Spec, error) {
	spec := Spec{
		Scope: scope, KeyName: aws.ToString(data.KeyName), UserData: aws.ToString(data.UserData),
		EBSOptimized: aws.ToBool(data.EbsOptimized), Protected: aws.ToBool(data.DisableApiTermination),
		Metadata: Convert[types.InstanceMetadataOptionsRequest](data.MetadataOptions),
		Tags:     TagsFor(types.ResourceTypeInstance, data.TagSpecifications),
	}
	if data.Monitoring != nil {
		spec.Monitoring = aws.ToBool(data.Monitoring.Enabled)
	}
	if p := data.IamInstanceProfile; p != nil {
		spec.Profile = profile(scope, aws.ToString(p.Arn), aws.ToString(p.Name))
	}
	if err := machine(tx, &spec, data); err != nil {
		return spec, err
	}
	if err := place(tx, &spec, data); err != nil {
		return spec, err
	}
	return spec, CheckUserData(spec.UserData)
}

// TagsFor are the tags that are for one kind of resource.
func TagsFor(kind types.ResourceType, specifications []types.LaunchTemplateTagSpecification) map[string]string {
	tags := map[string]string{}
	for _, s := range specifications {
		if s.ResourceType == kind {
			for _, tag := range s.Tags {
				tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
		}
	}
	return tags
}

// maxUserDataBytes is for user data that is not encoded. Source: EC2 user guide.
const maxUserDataBytes = 16384

// CheckUserData refuses user data that EC2 refuses. Source: recorded answers, and field
// reports for the length.
func CheckUserData(encoded string) error {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	switch {
	case err != nil:
		return refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
	case len(data) > maxUserDataBytes:
		return refuse("InvalidParameterValue", "User data is limited to %d bytes", maxUserDataBytes)
	}
	return nil
}

// profile is an instance profile by what names it. Whether there is one nobody asks.
func profile(scope arn.Scope, profileARN, name string) *types.IamInstanceProfile {
	if profileARN == "" {
		profileARN = "arn:" + scope.Partition() + ":iam::" + scope.Account + ":instance-profile/" + name
	}
	return &types.IamInstanceProfile{Arn: &profileARN, Id: aws.String("AIPA" + strings.ToUpper(derived(profileARN)[:17]))}
}

var imageIDs = regexp.MustCompile(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

// CheckImageID refuses what is no id of an image, nor the name of a parameter that has one.
// Source: recorded answers.
func CheckImageID(id string) error {
	if !imageIDs.MatchString(id) && !strings.HasPrefix(id, "resolve:ssm:") {
		return refuse("InvalidAMIID.Malformed", "Invalid id: \"%s\" (expecting \"ami-...\")", id)
	}
	return nil
}

// machine sets type and image. Images that are not ECS-optimized are taken to exist, for
// the architecture of any type. Source: field reports, for all texts.
func machine(tx *state.Tx, spec *Spec, data *types.ResponseLaunchTemplateData) error {
	spec.Image, spec.Type = aws.ToString(data.ImageId), string(data.InstanceType)
	if spec.Image == "" {
		return refuse("MissingParameter", "The request must contain the parameter ImageId")
	}
	if err := CheckImageID(spec.Image); err != nil {
		return err
	}
	if parameter, found := strings.CutPrefix(spec.Image, "resolve:ssm:"); found {
		image := ImageByParameter(spec.Scope.Region, parameter)
		if image == nil {
			return refuse("InvalidParameterValue", "Systems Manager parameter %s does not exist", parameter)
		}
		spec.Image = image.ID
	}
	if spec.Type == "" {
		spec.Type = "m1.small" // Source: EC2 API reference, RunInstances
	}
	t := FindInstanceType(tx, spec.Type)
	if t == nil {
		return refuse("InvalidParameterValue", "Invalid value '%s' for InstanceType.", spec.Type)
	}
	if image := FindImage(spec.Scope.Region, spec.Image); image != nil && image.Architecture != t.Architecture {
		return refuse("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI. "+
			"Specify an instance type and an AMI that have matching architectures, and try again. "+
			"You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.", t.Architecture, image.Architecture)
	}
	return nil
}

// place sets subnet and security groups: those of the first network interface, if there is
// one. Source of the refusal: recorded answers.
func place(tx *state.Tx, spec *Spec, data *types.ResponseLaunchTemplateData) error {
	spec.SecurityGroups = data.SecurityGroupIds
	subnetID := ""
	if len(data.NetworkInterfaces) > 0 {
		n := data.NetworkInterfaces[0]
		subnetID = aws.ToString(n.SubnetId)
		if len(n.Groups) > 0 {
			spec.SecurityGroups = n.Groups
		}
	}
	zone := ""
	if data.Placement != nil {
		zone = aws.ToString(data.Placement.AvailabilityZone)
	}
	if subnetID != "" {
		if spec.Subnet = tx.Subnet(spec.Scope, subnetID); spec.Subnet == nil {
			return refuse("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", subnetID)
		}
	}
	for _, s := range tx.Subnets(spec.Scope) {
		if spec.Subnet == nil && (zone == "" || zone == s.Zone) {
			spec.Subnet = s
		}
	}
	if spec.Subnet == nil || zone != "" && spec.Subnet.Zone != zone {
		return refuse("InvalidParameterValue", "Invalid availability zone: [%s]", zone)
	}
	for _, id := range spec.SecurityGroups {
		if tx.SecurityGroup(spec.Scope, id) == nil {
			return refuse("InvalidGroup.NotFound", "The security group '%s' does not exist", id)
		}
	}
	return nil
}
