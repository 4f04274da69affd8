package ec2

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

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
