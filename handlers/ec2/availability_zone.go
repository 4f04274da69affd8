package ec2

import (
	"context"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

type availabilityZone struct {
	ZoneName           string    `xml:"zoneName"`
	ZoneID             string    `xml:"zoneId"`
	State              string    `xml:"zoneState"`
	RegionName         string    `xml:"regionName"`
	GroupName          string    `xml:"groupName"`
	NetworkBorderGroup string    `xml:"networkBorderGroup"`
	OptInStatus        string    `xml:"optInStatus"`
	ZoneType           string    `xml:"zoneType"`
	Messages           set[tags] `xml:"messageSet"`
}

func (z availabilityZone) attributes() attributes {
	return attributes{
		"zone-name": z.ZoneName, "zone-id": z.ZoneID, "zone-type": z.ZoneType, "region-name": z.RegionName,
		"state": z.State, "group-name": z.GroupName, "opt-in-status": z.OptInStatus,
	}
}

// describeAvailabilityZones answers the zones of the region.
func (a *API) describeAvailabilityZones(ctx context.Context, form url.Values) (any, error) {
	region := scopeOf(ctx).Region
	var rows []availabilityZone
	for _, name := range state.Zones(region) {
		rows = append(rows, availabilityZone{
			ZoneName: name, ZoneID: zoneID(name), State: "available", RegionName: region,
			GroupName: region, NetworkBorderGroup: region, OptInStatus: "opt-in-not-required", ZoneType: "availability-zone",
		})
	}
	missing := func(id string) error {
		return &awsapi.Error{Code: "InvalidParameterValue", Message: "Invalid availability zone: [" + id + "]"}
	}
	byName, err := describe(rows, url.Values{}, list(form, "ZoneName"), "zone-name", availabilityZone.attributes, missing)
	if err != nil {
		return nil, err
	}
	found, err := describe(byName.Items, form, list(form, "ZoneId"), "zone-id", availabilityZone.attributes, missing)
	if err != nil {
		return nil, err
	}
	return struct {
		Zones set[availabilityZone] `xml:"availabilityZoneInfo"`
	}{found}, nil
}

// zoneID is the id that a zone has in all accounts, in AWS's spelling: use1-az1 for
// us-east-1a. Which zone has which number differs between accounts on AWS; here
// they go in order.
func zoneID(zone string) string {
	region, letter := zone[:len(zone)-1], zone[len(zone)-1]
	var b strings.Builder
	for i, word := range strings.Split(region, "-") {
		switch {
		case i == 0:
			b.WriteString(word)
		case strings.HasSuffix(word, "east") && word != "east", strings.HasSuffix(word, "west") && word != "west":
			b.WriteString(word[:1] + word[len(word)-4:len(word)-3]) // southeast: se
		default:
			b.WriteString(word[:1])
		}
	}
	return b.String() + "-az" + string('1'+letter-'a')
}
