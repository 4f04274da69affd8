"""Use each operation of Elastic Load Balancing with boto3, a function for a group of them:
answers, errors, pages and waiters. Botocore's version decides which members there are, so what
came after 2022 is asked for where it is known.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 load_balancing.py
"""

from expect import SOON, client, pages, refused, same

elb, ec2, ecs, acm = client("elbv2"), client("ec2"), client("ecs"), client("acm")
ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
GONE = "0123456789abcdef"
NOWHERE = ARN + "loadbalancer/app/gone/" + GONE


def answer(status):
    return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}]


def forward(group):
    return [{"Type": "forward", "TargetGroupArn": group}]


def network():
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return vpc, sorted(s["SubnetId"] for s in subnets)


def load_balancers(vpc, subnets):
    refused("ValidationError", "At least two subnets in two different Availability Zones must be specified",
            elb.create_load_balancer, Name="web", Subnets=subnets[:1])
    refused("ValidationError", "The load balancer name '-web' cannot begin with a hyphen(-)",
            elb.create_load_balancer, Name="-web", Subnets=subnets[:2])
    refused("ValidationError", "The load balancer name 'a_b' can only contain characters that are alphanumeric characters and hyphens(-)",
            elb.create_load_balancer, Name="a_b", Subnets=subnets[:2])
    made = elb.create_load_balancer(Name="web", Subnets=subnets[:2], Tags=[{"Key": "team", "Value": "shop"}])["LoadBalancers"][0]
    web = made["LoadBalancerArn"]
    assert web.startswith(ARN + "loadbalancer/app/web/"), web
    same((made["LoadBalancerName"], made["Scheme"], made["Type"], made["IpAddressType"], made["VpcId"]),
         ("web", "internet-facing", "application", "ipv4", vpc))
    same((made["State"], made["CanonicalHostedZoneId"]), ({"Code": "provisioning"}, "Z35SXDOTRQ7X7K"))
    same([z["SubnetId"] for z in made["AvailabilityZones"]], subnets[:2])
    same(elb.create_load_balancer(Name="web", Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"], web)
    refused("DuplicateLoadBalancerName", "A load balancer with the same name 'web' exists, but with different settings",
            elb.create_load_balancer, Name="web", Subnets=subnets[:2], Scheme="internal")

    net = elb.create_load_balancer(Name="net", Type="network", Scheme="internal", Subnets=subnets[:1])["LoadBalancers"][0]
    same((net["DNSName"], net.get("SecurityGroups", [])), (f"net-{net['LoadBalancerArn'][-16:]}.elb.us-east-1.amazonaws.com", []))
    elb.get_waiter("load_balancer_exists").wait(Names=["web", "net"], WaiterConfig=SOON)
    same([b["LoadBalancerName"] for b in pages(elb, "describe_load_balancers", "LoadBalancers")], ["web", "net"])
    refused("LoadBalancerNotFound", "Load balancers '[gone]' not found", elb.describe_load_balancers, Names=["web", "gone"])
    refused("LoadBalancerNotFound", "One or more load balancers not found", elb.describe_load_balancers, LoadBalancerArns=[NOWHERE])
    refused("ValidationError", "'x' is not a valid load balancer ARN", elb.describe_load_balancers, LoadBalancerArns=["x"])
    return web, net["LoadBalancerArn"]


def places(web, subnets):
    same([z["SubnetId"] for z in elb.set_subnets(LoadBalancerArn=web, Subnets=subnets)["AvailabilityZones"]], subnets)
    refused("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            elb.set_subnets, LoadBalancerArn=web, Subnets=[subnets[0], subnets[0]])
    group = elb.describe_load_balancers(LoadBalancerArns=[web])["LoadBalancers"][0]["SecurityGroups"]
    same(elb.set_security_groups(LoadBalancerArn=web, SecurityGroups=group)["SecurityGroupIds"], group)
    elsewhere = ec2.create_security_group(GroupName="web", Description="of another VPC", VpcId=ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])
    refused("InvalidConfigurationRequest", "One or more security groups are invalid",
            elb.set_security_groups, LoadBalancerArn=web, SecurityGroups=[elsewhere["GroupId"]])
    same(elb.set_ip_address_type(LoadBalancerArn=web, IpAddressType="ipv4")["IpAddressType"], "ipv4")
    refused("LoadBalancerNotFound", f"Load balancer '{NOWHERE}' not found", elb.set_subnets, LoadBalancerArn=NOWHERE, Subnets=subnets)


def target_groups(vpc):
    settings = {"Protocol": "HTTP", "Port": 8080, "VpcId": vpc, "TargetType": "ip"}
    made = elb.create_target_group(Name="blue", **settings, HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2)["TargetGroups"][0]
    blue = made.pop("TargetGroupArn")
    assert blue.startswith(ARN + "targetgroup/blue/"), blue
    same(made, {
        "TargetGroupName": "blue", "Protocol": "HTTP", "Port": 8080, "VpcId": vpc, "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port", "HealthCheckEnabled": True, "HealthCheckIntervalSeconds": 5,
        "HealthCheckTimeoutSeconds": 2, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2, "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"}, "TargetType": "ip", "ProtocolVersion": "HTTP1", "IpAddressType": "ipv4",
    })
    green = elb.create_target_group(Name="green", **settings)["TargetGroups"][0]["TargetGroupArn"]
    refused("DuplicateTargetGroupName", "A target group with the same name 'green' exists, but with different settings",
            elb.create_target_group, Name="green", **{**settings, "Port": 81})
    changed = elb.modify_target_group(TargetGroupArn=blue, HealthCheckPath="/healthz", HealthyThresholdCount=2, Matcher={"HttpCode": "200-204"})
    changed = changed["TargetGroups"][0]
    same((changed["HealthCheckPath"], changed["HealthyThresholdCount"], changed["Matcher"], changed["LoadBalancerArns"]),
         ("/healthz", 2, {"HttpCode": "200-204"}, []))
    refused("ValidationError", "Health check timeout '5' must be smaller than the interval '5'",
            elb.modify_target_group, TargetGroupArn=blue, HealthCheckTimeoutSeconds=5)
    refused("ValidationError", "1 validation error detected: Value '11' at 'healthyThresholdCount' failed to satisfy constraint: "
            "Member must have value less than or equal to 10", elb.modify_target_group, TargetGroupArn=blue, HealthyThresholdCount=11)
    same([g["TargetGroupName"] for g in pages(elb, "describe_target_groups", "TargetGroups")], ["blue", "green"])
    gone = ARN + "targetgroup/gone/" + GONE
    refused("TargetGroupNotFound", "One or more target groups not found", elb.describe_target_groups, TargetGroupArns=[gone])
    refused("TargetGroupNotFound", "One or more target groups not found", elb.describe_target_groups, Names=["gone"])
    return blue, green


def attributes(web, blue, listener):
    set_to = elb.modify_target_group_attributes(TargetGroupArn=blue, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
    same(set_to["Attributes"], elb.describe_target_group_attributes(TargetGroupArn=blue)["Attributes"])
    same({a["Key"]: a["Value"] for a in set_to["Attributes"]}["deregistration_delay.timeout_seconds"], "0")
    same(len(set_to["Attributes"]), 14)
    refused("ValidationError", "Target group attribute key 'nothing' is not recognized",
            elb.modify_target_group_attributes, TargetGroupArn=blue, Attributes=[{"Key": "nothing", "Value": "0"}])
    set_to = elb.modify_load_balancer_attributes(LoadBalancerArn=web, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}])
    same(set_to["Attributes"], elb.describe_load_balancer_attributes(LoadBalancerArn=web)["Attributes"])
    refused("OperationNotPermitted", f"Load balancer '{web}' cannot be deleted because deletion protection is enabled",
            elb.delete_load_balancer, LoadBalancerArn=web)
    elb.modify_load_balancer_attributes(LoadBalancerArn=web, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}])
    if hasattr(elb, "modify_listener_attributes"):
        frame = {"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"}
        assert frame in elb.modify_listener_attributes(ListenerArn=listener, Attributes=[frame])["Attributes"]
        assert frame in elb.describe_listener_attributes(ListenerArn=listener)["Attributes"]


def listeners(web, net, blue, vpc):
    made = elb.create_listener(LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=forward(blue))["Listeners"][0]
    first = made["ListenerArn"]
    same(made, {
        "ListenerArn": first, "LoadBalancerArn": web, "Port": 80, "Protocol": "HTTP", "DefaultActions": [{
            "Type": "forward", "TargetGroupArn": blue,
            "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": blue, "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}},
        }],
    })
    refused("DuplicateListener", f"A listener already exists on this port for this load balancer '{web}'",
            elb.create_listener, LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=answer("404"))
    refused("ValidationError", "A certificate must be specified for HTTPS listeners",
            elb.create_listener, LoadBalancerArn=web, Protocol="HTTPS", Port=443, DefaultActions=answer("200"))
    refused("ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'",
            elb.create_listener, LoadBalancerArn=web, Protocol="TCP", Port=443, DefaultActions=answer("200"))
    elb.create_listener(LoadBalancerArn=web, Protocol="HTTP", Port=81, DefaultActions=answer("404"))
    same([x["Port"] for x in pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=web)], [80, 81])
    gone = first[:-16] + GONE
    refused("ListenerNotFound", "One or more listeners not found", elb.describe_listeners, ListenerArns=[gone])
    refused("TargetGroupAssociationLimit", f"The following target groups cannot be associated with more than one load balancer: {blue}",
            elb.create_listener, LoadBalancerArn=another(), Protocol="HTTP", Port=80, DefaultActions=forward(blue))

    for protocol, port in ("TCP", 5000), ("UDP", 5001), ("TCP_UDP", 5002):
        group = elb.create_target_group(Name=protocol.replace("_", ""), Protocol=protocol, Port=53, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
        made = elb.create_listener(LoadBalancerArn=net, Protocol=protocol, Port=port, DefaultActions=forward(group))["Listeners"][0]
        same((made["Protocol"], made["Port"]), (protocol, port))
    refused("IncompatibleProtocols", f"The listener and the following target groups have incompatible protocols: {group}",
            elb.create_listener, LoadBalancerArn=net, Protocol="TLS", Port=5003, DefaultActions=forward(group),
            Certificates=[{"CertificateArn": certificate("net.example")}])
    changed = elb.modify_listener(ListenerArn=first, Port=8080)["Listeners"][0]
    same((changed["Port"], changed["DefaultActions"][0]["TargetGroupArn"]), (8080, blue))
    return first


def another():
    """A load balancer beside the first one."""
    vpc, subnets = network()
    return elb.create_load_balancer(Name="other", Subnets=subnets[:2], Scheme="internal")["LoadBalancers"][0]["LoadBalancerArn"]


def certificate(name):
    return acm.request_certificate(DomainName=name, ValidationMethod="DNS")["CertificateArn"]


def certificates(web):
    shop, api = certificate("shop.example"), certificate("api.example")
    made = elb.create_listener(LoadBalancerArn=web, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": shop}],
                               SslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06", DefaultActions=answer("200"))["Listeners"][0]
    same((made["Certificates"], made["SslPolicy"]), ([{"CertificateArn": shop}], "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"))
    listener = made["ListenerArn"]
    elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": api}])
    found = pages(elb, "describe_listener_certificates", "Certificates", ListenerArn=listener)
    same(found, [{"CertificateArn": shop, "IsDefault": True}, {"CertificateArn": api, "IsDefault": False}])
    gone = shop[:-12] + "000000000000"
    refused("CertificateNotFound", f"Certificate '{gone}' not found", elb.add_listener_certificates, ListenerArn=listener, Certificates=[{"CertificateArn": gone}])
    refused("SSLPolicyNotFound", "SSL policy 'none' not found", elb.modify_listener, ListenerArn=listener, SslPolicy="none")
    elb.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": api}])
    same(len(pages(elb, "describe_listener_certificates", "Certificates", ListenerArn=listener)), 1)
    elb.delete_listener(ListenerArn=listener)
    acm.delete_certificate(CertificateArn=shop)


def rules(listener, blue, green):
    conditions = [{"Field": "path-pattern", "Values": ["/blue/*"]}, {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Color", "Values": ["blue"]}}]
    made = elb.create_rule(ListenerArn=listener, Priority=10, Conditions=conditions, Actions=forward(green))["Rules"][0]
    first = made["RuleArn"]
    same((made["Priority"], made["IsDefault"], [c["Field"] for c in made["Conditions"]]), ("10", False, ["http-header", "path-pattern"]))
    same(made["Conditions"][1]["PathPatternConfig"], {"Values": ["/blue/*"]})
    refused("PriorityInUse", "Priority '10' is currently in use", elb.create_rule, ListenerArn=listener, Priority=10, Conditions=conditions, Actions=answer("200"))
    second = elb.create_rule(ListenerArn=listener, Priority=20, Conditions=conditions, Actions=answer("200"))["Rules"][0]["RuleArn"]
    elb.set_rule_priorities(RulePriorities=[{"RuleArn": first, "Priority": 20}, {"RuleArn": second, "Priority": 10}])
    same([r["Priority"] for r in pages(elb, "describe_rules", "Rules", ListenerArn=listener)], ["10", "20", "default"])
    weighted = [{"Type": "forward", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": blue, "Weight": 9}, {"TargetGroupArn": green, "Weight": 1}],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}]
    same(elb.modify_rule(RuleArn=first, Actions=weighted)["Rules"][0]["Actions"], weighted)
    redirect = [{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}]
    same(elb.modify_rule(RuleArn=second, Actions=redirect)["Rules"][0]["Actions"][0]["RedirectConfig"],
         {"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}", "StatusCode": "HTTP_301"})
    refused("ValidationError", "A rule can only have '5' condition values and regex values", elb.modify_rule, RuleArn=second,
            Conditions=[{"Field": "host-header", "Values": [f"{i}.example" for i in range(6)]}])
    refused("ValidationError", "Condition field 'colour' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'",
            elb.modify_rule, RuleArn=second, Conditions=[{"Field": "colour", "Values": ["x"]}])
    elb.delete_rule(RuleArn=second)
    refused("RuleNotFound", "One or more rules not found", elb.delete_rule, RuleArn=second)
    refused("ResourceInUse", f"Target group '{green}' is currently in use by a listener or a rule", elb.delete_target_group, TargetGroupArn=green)
    elb.delete_rule(RuleArn=first)
    elb.delete_target_group(TargetGroupArn=green)


def tags(web, blue, listener):
    elb.add_tags(ResourceArns=[web, blue, listener], Tags=[{"Key": "stage", "Value": "test"}])
    elb.remove_tags(ResourceArns=[blue], TagKeys=["stage", "absent"])
    same(elb.describe_tags(ResourceArns=[web, blue])["TagDescriptions"], [
        {"ResourceArn": web, "Tags": [{"Key": "team", "Value": "shop"}, {"Key": "stage", "Value": "test"}]}, {"ResourceArn": blue, "Tags": []},
    ])
    refused("LoadBalancerNotFound", f"Load balancer '{NOWHERE}' not found", elb.describe_tags, ResourceArns=[NOWHERE])
    refused("DuplicateTagKeys", "Tag key 'a' was specified more than once",
            elb.add_tags, ResourceArns=[web], Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])


def targets(blue, subnets):
    for address, text in (
        ("127.0.0.1", "The IP address '127.0.0.1' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598"),
        ("192.168.253.254", "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, "
         "since the IP address '192.168.253.254' is outside the VPC"),
    ):
        refused("ValidationError", text, elb.register_targets, TargetGroupArn=blue, Targets=[{"Id": address, "Port": 8080}])
    ecs.register_task_definition(
        family="web", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": "web", "command": ["serve", "8080"]}])
    task = ecs.run_task(taskDefinition="web", launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": {"subnets": subnets[:1]}})["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_running").wait(tasks=[task], WaiterConfig=SOON)
    details = ecs.describe_tasks(tasks=[task])["tasks"][0]["attachments"][0]["details"]
    target = {"Id": next(d["value"] for d in details if d["name"] == "privateIPv4Address"), "Port": 8080}
    same(elb.describe_target_health(TargetGroupArn=blue)["TargetHealthDescriptions"], [])
    elb.register_targets(TargetGroupArn=blue, Targets=[target])
    elb.get_waiter("target_in_service").wait(TargetGroupArn=blue, WaiterConfig=SOON)
    found = elb.describe_target_health(TargetGroupArn=blue)["TargetHealthDescriptions"][0]
    same((found["Target"], found["HealthCheckPort"], found["TargetHealth"]),
         ({**target, "AvailabilityZone": "us-east-1a"}, "8080", {"State": "healthy"}))
    elb.deregister_targets(TargetGroupArn=blue, Targets=[target])
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=blue, Targets=[target], WaiterConfig=SOON)
    same(elb.describe_target_health(TargetGroupArn=blue, Targets=[target])["TargetHealthDescriptions"], [{
        "Target": target, "HealthCheckPort": "8080",
        "TargetHealth": {"State": "unused", "Reason": "Target.NotRegistered", "Description": "Target is not registered to the target group"},
    }])


def others(web):
    limits = {x["Name"]: x["Max"] for x in pages(elb, "describe_account_limits", "Limits")}
    same(limits["target-groups"], "3000")
    policy = elb.describe_ssl_policies(Names=["ELBSecurityPolicy-TLS13-1-3-2021-06"])["SslPolicies"][0]
    same((policy["SslProtocols"], [c["Name"] for c in policy["Ciphers"]]),
         (["TLSv1.3"], ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]))
    refused("SSLPolicyNotFound", "SSL policy 'none' not found", elb.describe_ssl_policies, Names=["none"])
    if hasattr(elb, "describe_capacity_reservation"):
        same(elb.describe_capacity_reservation(LoadBalancerArn=web)["CapacityReservationState"], [])


def end(web, blue):
    elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[web], WaiterConfig=SOON)
    elb.delete_load_balancer(LoadBalancerArn=web)
    elb.delete_load_balancer(LoadBalancerArn=web)
    elb.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[web], WaiterConfig=SOON)
    elb.delete_target_group(TargetGroupArn=blue)
    elb.delete_target_group(TargetGroupArn=blue)


def main():
    vpc, subnets = network()
    web, net = load_balancers(vpc, subnets)
    places(web, subnets)
    blue, green = target_groups(vpc)
    listener = listeners(web, net, blue, vpc)
    attributes(web, blue, listener)
    certificates(web)
    rules(listener, blue, green)
    tags(web, blue, listener)
    targets(blue, subnets)
    others(web)
    end(web, blue)
    print("done")


main()
